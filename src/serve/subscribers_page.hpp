/// `/v1/subscribers`: every stream, in the order of the ids, gathered from all lanes.
///
/// Streams belong to their lanes' threads. The page asks each lane for some rows at a time, which
/// that lane renders between its other work, and merges them.
///
/// Thread safety:  belongs to its page's thread.
/// Limits:         of each lane, what it renders in one slice is held.
#pragma once

#include "logio/net/executor.hpp"
#include "page_writer.hpp"

namespace logio::serve {

/// Completes when all is sent, or the peer is gone: false. REQUIRES: the page has begun.
net::task<bool> send_subscribers(page_writer& page, lane& owner);

}  // namespace logio::serve
