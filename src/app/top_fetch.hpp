/// One look at a hub: its pages, one after the other.
///
/// Thread safety:  free functions: any thread; block for as long as the hub takes, up to 10 s for
///                 a page.
/// Errors:         one line: what, where and the remedy.
#pragma once

#include <boost/system/result.hpp>

#include <string>

#include "http_get.hpp"
#include "logio/config/endpoint_url.hpp"
#include "top_snapshot.hpp"

namespace logio::app {

/// `query` chooses topics, as the hub takes it; may be empty.
boost::system::result<top_snapshot, http_failure> fetch_snapshot(const config::hub_url& hub,
                                                                 const std::string& query,
                                                                 bool keep_texts);

}  // namespace logio::app
