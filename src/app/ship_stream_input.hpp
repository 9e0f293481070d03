/// Records of standard input, for `ship`.
///
/// Ownership:      borrows the descriptor.
/// Thread safety:  as ship_input.
/// Limits:         a text of 1 MiB, a record object of 16 MiB; longer ones are cut, or refused.
#pragma once

#include <cstdint>
#include <string>

#include "logio/record/batch_builder.hpp"
#include "logio/record/topic.hpp"
#include "logio/wire/body_decoder.hpp"
#include "ship_input.hpp"

namespace logio::app {

class ship_stream_input final : public ship_input {
 public:
  /// `topic` is of every line; of a record object, what it does not say of itself.
  ship_stream_input(ship_source& to, filter::filter wanted, int fd, wire::body_format format,
                    const record::topic& topic);

 private:
  void read() override;
  bool wait_readable();
  bool decode(std::string_view in);
  bool take(wire::body_decoder::status said);

  const int fd_;
  wire::body_decoder decoder_;
  record::batch_builder batch_;
  record::topic topic_;
  std::int64_t arrival_ns_ = 0;
};

}  // namespace logio::app
