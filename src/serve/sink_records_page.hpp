/// `/v1/sinks/NAME/records`: what an in-memory sink keeps, as a stream would have sent it.
///
/// Thread safety:  belongs to its page's thread; the list is made on the server's worker.
/// Limits:         of each record that is kept, a pointer and a few numbers are held; the records
///                 themselves are shared with the sink, and stay until the page is sent.
/// Source:         README, "Looking in".
#pragma once

#include <string>

#include "logio/net/executor.hpp"
#include "page_writer.hpp"

namespace logio::serve {

/// The whole answer. Completes when it is sent, or the peer is gone: false.
net::task<bool> send_sink_records(page_writer& page, lane& owner, request_head head,
                                  std::string name, std::string query);

}  // namespace logio::serve
