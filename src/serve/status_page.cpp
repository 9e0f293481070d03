#include "status_page.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "json_object.hpp"
#include "logio/hub/ring_state.hpp"

namespace logio::serve {
namespace {

void append_ring(std::string& out, hub::hub& h, const hub::ring_state& ring) {
  json_object object(out);
  object.number("bytes", h.ring().shape().chunk_bytes * h.ring().shape().chunks);
  object.number("used_bytes", ring.used_bytes);
  object.number("records", ring.next_position - ring.oldest_position);
}

void append_journal(std::string& out, const hub::hub& h, const journal_status& journal) {
  json_object object(out);
  object.number("bytes", journal.bytes);
  object.number("segments", journal.segments);
  object.number("oldest_position", journal.oldest_position);
  object.text("durable_cursor", h.cursor(journal.durable_position - 1));
  object.number("left_out_records", journal.left_out_records);
  if (journal.stalled_because.empty()) {
    object.null("stalled");
  } else {
    object.text("stalled", journal.stalled_because);
  }
}

void append_connections(std::string& out, hub::hub& h, std::size_t connections_max) {
  std::uint64_t publishers = 0, subscribers = 0;
  for (std::size_t i = 0; i < h.shard_count(); ++i) {
    publishers += h.at(i).counters().publishers.get();
    subscribers += h.at(i).counters().subscribers.get();
  }
  json_object object(out);
  object.number("publishers", publishers);
  object.number("subscribers", subscribers);
  object.number("max", connections_max);
}

}  // namespace

std::string render_status(lane& owner) {
  hub::hub& h = owner.hub();
  const server_state& server = owner.server();
  std::optional<journal_status> journal;
  if (owner.options().journal) journal = owner.options().journal();
  const hub::ring_state ring = hub::look_at_ring(h.ring());
  const std::chrono::duration<double> uptime = net::clock::now() - server.started;
  std::string out;
  {
    json_object object(out);
    object.text("version", owner.options().version);
    object.text("epoch", fmt::format("{:016x}", h.epoch()));
    object.text("cursor", h.cursor(ring.next_position - 1));
    // `after` this cursor comes all that is held.
    std::uint64_t oldest = ring.oldest_position;
    if (journal) oldest = std::min(oldest, journal->oldest_position);
    object.text("oldest_cursor", h.cursor(oldest - 1));
    object.time("started_at", server.started_ns);
    object.number("uptime_seconds", uptime.count(), 3);
    append_ring(object.member("ring"), h, ring);
    if (journal) {
      append_journal(object.member("journal"), h, *journal);
    } else {
      object.null("journal");
    }
    append_connections(object.member("connections"), h, server.limit.max());
    object.number("topics", h.topics().size());
  }
  out += '\n';
  return out;
}

}  // namespace logio::serve
