/// `POST /v1/reload`: what changed, or 400 with all that is wrong.
///
/// Thread safety:  reload() on the lane's thread; render_reload() is a pure function.
/// Limits:         answered when all that is new runs, within a few seconds.
/// Source:         README, "Configuration file".
#pragma once

#include <boost/system/result.hpp>

#include <string>

#include "lane.hpp"
#include "logio/net/executor.hpp"
#include "logio/serve/config_board.hpp"
#include "logio/serve/request_error.hpp"
#include "logio/serve/response.hpp"

namespace logio::serve {

using reload_answer = boost::system::result<short_answer, request_error>;

/// REQUIRES: the peer may change the hub (change_request.hpp).
net::task<reload_answer> reload(lane& owner, std::string asked_by, std::string query);

/// `{"added":[…],"changed":[…],"removed":[…],"settings":[{"name","from","to"}],
/// "after_restart":[…],"seconds":N}`
reload_answer render_reload(const reload_outcome& of);

}  // namespace logio::serve
