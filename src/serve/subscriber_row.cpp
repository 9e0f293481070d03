#include "subscriber_row.hpp"

#include <algorithm>

#include "json_object.hpp"

namespace logio::serve {

void append_subscriber(std::string& out, const subscriber_row& row, std::int64_t now_ns) {
  const std::int64_t lag_ns =
      row.unsent_since_ns == 0 ? 0 : std::max<std::int64_t>(now_ns - row.unsent_since_ns, 0);
  json_object object(out);
  object.number("id", row.id);
  object.text("remote", row.remote);
  if (!row.forwarded_for.empty()) object.text("forwarded_for", row.forwarded_for);
  object.text("filter", row.filter);
  object.text("format", row.format);
  object.time("connected_at", row.connected_ns);
  object.number("sent_records", row.counts.sent);
  object.number("sent_bytes", row.counts.sent_bytes);
  object.number("queued_bytes", row.counts.queued_bytes);
  object.number("dropped_records", row.counts.dropped);
  object.number("missed_records", row.counts.missed);
  object.number("lag_records", row.counts.queued + row.unread);
  object.number("lag_seconds", static_cast<double>(lag_ns) / 1e9, 3);
}

}  // namespace logio::serve
