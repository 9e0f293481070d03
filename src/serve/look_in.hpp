/// The pages for who looks after the hub: what each path of the route table answers, streams aside.
///
/// Thread safety:  belongs to its lane's thread.
#pragma once

#include <string>

#include "logio/net/executor.hpp"
#include "page_writer.hpp"
#include "routes.hpp"

namespace logio::serve {

/// A request for one of the pages.
struct page_request {
  request_head head;  ///< of GET or HEAD
  route_target what = route_target::healthz;
  std::string name;   ///< what stands for NAME in the path
  std::string query;
};

/// Completes when the answer is sent, or the peer is gone: false. REQUIRES: `asked.what` is a page.
net::task<bool> look_in(lane& owner, page_writer& page, page_request asked);

}  // namespace logio::serve
