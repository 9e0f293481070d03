/// `/v1/topics`: every topic that the hub knows, in the order of app, proc and host.
///
/// Thread safety:  the functions may be called on any thread; the coroutine belongs to its page's.
/// Source:         README, "Looking in".
#pragma once

#include <cstdint>
#include <string>

#include "logio/filter/filter.hpp"
#include "logio/hub/topic_table.hpp"
#include "logio/net/executor.hpp"
#include "page_writer.hpp"

namespace logio::serve {

/// One topic's object.
void append_topic(std::string& out, const hub::topic_info& topic, std::int64_t now_ns);

/// Completes when all is sent, or the peer is gone: false. REQUIRES: the page has begun.
net::task<bool> send_topics(page_writer& page, const hub::topic_table& topics,
                            filter::filter wanted);

}  // namespace logio::serve
