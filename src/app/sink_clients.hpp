/// Which client serves which kind of sink.
///
/// Thread safety:  a free function.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::app {

/// `hub_host` and `epoch` are of this hub; `folder` is the sink's own, empty without a data
/// directory. Null: it cannot be built; `why` says so in one line.
std::unique_ptr<sink::client> make_sink_client(const sink::sink_options& options,
                                               const std::string& hub_host, std::uint64_t epoch,
                                               const std::string& folder, std::string& why);

}  // namespace logio::app
