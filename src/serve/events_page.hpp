/// `GET /events`: the events that are stored, as they were posted.
///
///     {"events":[E,…]}   oldest first; ?app= and ?type= are patterns, ?since= a time or an age,
///                        ?n= how many of the newest
///
/// Who prefers `text/event-stream` gets them as they come: `event:` is the eventType, `data:` the
/// JSON. First those that n or since asks for, none without them; every 15 s a comment.
///
/// Thread safety:  belongs to its page's thread; the list is made on the server's worker.
/// Errors:         request_error, in the same words as for a stream.
/// Source:         marathon-logger; README, "Marathon's events".
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event_store.hpp"
#include "logio/filter/filter.hpp"
#include "logio/net/executor.hpp"
#include "logio/serve/stream_request.hpp"
#include "page_writer.hpp"

namespace logio::serve {

struct events_request {
  filter::filter wanted;  ///< of apps; its proc is the type
  std::optional<std::int64_t> since_ns;
  std::optional<std::uint64_t> newest;
};

boost::system::result<events_request, request_error> parse_events_request(
    std::string_view query, const stream_request_options& options, std::int64_t now_ns);

/// Those of `all` that are asked for, in their order.
std::vector<event_ptr> choose_events(std::vector<event_ptr> all, const events_request& asked);

/// As an event of an event stream.
void append_event(std::string& out, const stored_event& e);

/// The whole answer. Completes when it is sent, or the peer is gone: false.
net::task<bool> send_events(page_writer& page, lane& owner, request_head head, std::string query);

}  // namespace logio::serve
