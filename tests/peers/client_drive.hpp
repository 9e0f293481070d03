/// Drives one sink's client as the sink's runner does, told line by line what to do.
///
///     PROGRAM PEERS PATH [OPTION=VALUE]...
///     send COUNT BYTES CALLS   offers COUNT new records, what is pending in front of them, again
///                              and again until nothing is pending or CALLS calls have failed
///     rate COUNT BYTES SECONDS the same batch size for so long; prints records and CPU
///     field MESSAGEPACK        as hex: the fields of the records that are made from now on
///
/// After a call that failed it waits for a tenth of a second; what is pending is repeated then.
/// Records are `n=NUMBER` and padding, in turn of the apps a0 to a3, a millisecond apart from
/// 2016-12-06T22:14:21.448123456Z on, severity 9. One JSON object is printed per call of deliver().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink::testing {

std::uint64_t to_number(std::string_view text);

/// What differs from client to client.
struct driven {
  std::string program;
  sink_options defaults;
  /// Sets the option of that name, if it is one that not all have.
  std::function<void(sink_options& in, std::string_view name, std::string_view value)> set;
  /// Nothing, and the reason in `error`, when the options are wrong.
  std::function<std::unique_ptr<client>(const sink_options& options, std::string& error)> make;
};

/// Reads standard input to its end; the exit code.
int drive(int argc, char** argv, const driven& what);

}  // namespace logio::sink::testing
