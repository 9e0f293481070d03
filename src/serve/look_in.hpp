/// The pages for who looks after the hub: what each path of the route table answers, streams aside.
///
/// Thread safety:  belongs to its lane's thread.
#pragma once

#include <string>

#include "logio/net/executor.hpp"
#include "page_writer.hpp"
#include "routes.hpp"

namespace logio::serve {

/// Completes when the answer is sent, or the peer is gone: false. REQUIRES: `what` is no stream;
/// `head` is a GET or HEAD request.
net::task<bool> look_in(lane& owner, page_writer& page, request_head head, route_target what,
                        std::string query);

}  // namespace logio::serve
