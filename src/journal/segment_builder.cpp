#include "logio/journal/segment_builder.hpp"

#include <algorithm>
#include <cstring>

namespace logio::journal {
namespace {

constexpr std::size_t clients_per_frame = 1024;

void put_text(std::byte*& at, std::string_view text) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  at += text.size();
}

}  // namespace

void segment_builder::begin(bytes& out) {
  out.resize(out.size() + head_bytes);
  write_head(out.data() + out.size() - head_bytes, head_);
  made_ = head_bytes;
}

/// Room for a frame, zeroed; returns where its payload goes.
std::byte* segment_builder::extend(bytes& out, frame_kind kind, std::uint32_t count,
                                   std::uint64_t position, std::size_t payload_bytes) {
  LOGIO_ASSERT(payload_bytes <= payload_bytes_max, "a frame of the journal is at most 1 GiB");
  frame_at_ = out.size();
  frame_ = {0, static_cast<std::uint32_t>(payload_bytes), kind, count, position};
  out.resize(frame_at_ + frame_bytes(payload_bytes));
  return out.data() + frame_at_ + frame_head_bytes;
}

void segment_builder::complete(bytes& out) {
  std::byte* const at = out.data() + frame_at_;
  write_frame_head(at, frame_, {at + frame_head_bytes, frame_.payload_bytes}, head_.salt);
  made_ += frame_bytes(frame_.payload_bytes);
}

void segment_builder::add_clients(bytes& out, std::span<const client_state> clients) {
  while (!clients.empty()) {
    const auto some = clients.first(std::min(clients.size(), clients_per_frame));
    clients = clients.subspan(some.size());
    std::size_t payload = 0;
    for (const client_state& c : some) payload += padded(client_head_bytes + c.id.size());
    std::byte* at = extend(out, frame_kind::clients, static_cast<std::uint32_t>(some.size()),
                           next_position(), payload);
    for (const client_state& c : some) {
      store(at, c.highest);
      store(at + 8, c.used_ns);
      store(at + 16, static_cast<std::uint8_t>(c.id.size()));
      std::memcpy(at + client_head_bytes, c.id.data(), c.id.size());
      at += padded(client_head_bytes + c.id.size());
    }
    complete(out);
  }
}

void segment_builder::add_topic(bytes& out, std::uint32_t number,
                                const record::topic_view& topic) {
  std::byte* at = extend(out, frame_kind::topic, 0, next_position(),
                         8 + topic.app.size() + topic.proc.size() + topic.host.size());
  store(at, number);
  store(at + 4, static_cast<std::uint8_t>(topic.app.size()));
  store(at + 5, static_cast<std::uint8_t>(topic.proc.size()));
  store(at + 6, static_cast<std::uint8_t>(topic.host.size()));
  at += 8;
  put_text(at, topic.app);
  put_text(at, topic.proc);
  put_text(at, topic.host);
  complete(out);
  summary_.add_topic(number, {std::string(topic.app), std::string(topic.proc),
                              std::string(topic.host)});
}

void segment_builder::add_batch(bytes& out, const batch& b) {
  LOGIO_ASSERT(b.first_position == next_position(), "positions in a segment are dense");
  const std::size_t client_bytes = padded(b.client.size());
  const std::uint64_t place = made_;
  std::byte* const at = extend(out, frame_kind::batch, b.count, b.first_position,
                               batch_head_bytes + client_bytes + b.records.size());
  store(at, b.arrival_ns);
  store(at + 8, b.topic);
  store(at + 12, static_cast<std::uint8_t>(b.client.size()));
  store(at + 16, b.sequence);
  std::byte* client_at = at + batch_head_bytes;
  put_text(client_at, b.client);
  std::memcpy(at + batch_head_bytes + client_bytes, b.records.data(), b.records.size());
  complete(out);
  summary_.add_batch(b.first_position, b.count, b.arrival_ns, b.topic, b.records.size(), place);
}

void segment_builder::add_gap(bytes& out, const gap& g) {
  LOGIO_ASSERT(g.first_position == next_position(), "positions in a segment are dense");
  const std::uint64_t place = made_;
  std::byte* const at = extend(out, frame_kind::gap, 0, g.first_position, gap_bytes);
  store(at, g.count);
  store(at + 8, g.first_arrival_ns);
  store(at + 16, g.last_arrival_ns);
  complete(out);
  summary_.add_gap(g.first_position, g.count, g.first_arrival_ns, g.last_arrival_ns, place);
}

void segment_builder::seal(bytes& out) {
  std::vector<std::byte> footer;
  summary_.encode(footer);
  const std::uint64_t place = made_;
  std::byte* const at = extend(out, frame_kind::footer, 0, next_position(), footer.size());
  std::memcpy(at, footer.data(), footer.size());
  complete(out);
  out.resize(out.size() + trailer_bytes);
  write_trailer(out.data() + out.size() - trailer_bytes, place);
  made_ += trailer_bytes;
}

}  // namespace logio::journal
