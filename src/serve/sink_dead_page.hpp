/// `/v1/sinks/NAME/dead`: the records that a sink's peer refused for good, a JSON object a line;
/// and their second try.
///
/// Thread safety:  belongs to its page's thread; the disk is read on the server's worker.
/// Errors:         a disk that cannot be read: 500; later, when the answer has begun, the body
///                 ends without its last chunk, so that nobody takes a part for the whole.
/// Limits:         two pieces of dead_piece_bytes are held; a sink bounds its dead letters.
/// Source:         README, "Looking in".
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "logio/net/executor.hpp"
#include "logio/serve/response.hpp"
#include "page_writer.hpp"

namespace logio::serve {

inline constexpr std::size_t dead_piece_bytes = std::size_t{64} << 10;

/// The whole answer. Completes when it is sent, or is not to be ended: false.
net::task<bool> send_sink_dead(page_writer& page, lane& owner, request_head head,
                               std::string name, std::string query);

/// Lets the sink try its dead letters again: `{"resending":N}`. REQUIRES: the peer may change the
/// hub (change_request.hpp).
boost::system::result<short_answer, request_error> resend_dead(sink_board* sinks,
                                                               std::string_view name,
                                                               std::string_view query);

}  // namespace logio::serve
