#include "logio/journal/segment_summary.hpp"

#include <algorithm>
#include <concepts>
#include <cstring>
#include <utility>

#include "logio/journal/format.hpp"

namespace logio::journal {
namespace {

constexpr std::size_t fixed_bytes = 40, topic_bytes = 24, mark_stored_bytes = 24;

template <std::integral T>
void put(std::vector<std::byte>& out, T value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  store(out.data() + at, value);
}

void put_text(std::vector<std::byte>& out, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::string take_text(const std::byte*& at, std::size_t bytes) {
  std::string out(reinterpret_cast<const char*>(at), bytes);
  at += bytes;
  return out;
}

}  // namespace

void segment_summary::add_topic(std::uint32_t number, record::topic topic) {
  topics_[number].topic = std::move(topic);
}

void segment_summary::add_batch(std::uint64_t position, std::uint32_t count,
                                std::int64_t arrival_ns, std::uint32_t topic,
                                std::size_t records_bytes, std::uint64_t at) {
  add_mark(position, arrival_ns, at);
  topic_summary& of = topics_[topic];
  of.records += count;
  of.bytes += records_bytes;
  if (records_ == 0) first_arrival_ns_ = arrival_ns;
  records_ += count;
  bytes_ += records_bytes;
  last_arrival_ns_ = arrival_ns;
  next_position_ = position + count;
}

void segment_summary::add_gap(std::uint64_t position, std::uint64_t count,
                              std::int64_t first_arrival_ns, std::int64_t last_arrival_ns,
                              std::uint64_t at) {
  add_mark(position, first_arrival_ns, at);
  last_arrival_ns_ = last_arrival_ns;
  next_position_ = position + count;
}

void segment_summary::add_mark(std::uint64_t position, std::int64_t arrival_ns,
                               std::uint64_t at) {
  if (marks_.empty() || at - marks_.back().at >= mark_bytes) {
    marks_.push_back({position, arrival_ns, at});
  }
}

const mark* segment_summary::mark_at_position(std::uint64_t position) const noexcept {
  const auto behind = std::upper_bound(
      marks_.begin(), marks_.end(), position,
      [](std::uint64_t wanted, const mark& m) { return wanted < m.position; });
  return behind == marks_.begin() ? nullptr : &*std::prev(behind);
}

const mark* segment_summary::mark_before(std::int64_t arrival_ns) const noexcept {
  // Records of the same time may stand in front of a mark of that time.
  const auto from = std::lower_bound(
      marks_.begin(), marks_.end(), arrival_ns,
      [](const mark& m, std::int64_t wanted) { return m.arrival_ns < wanted; });
  return from == marks_.begin() ? nullptr : &*std::prev(from);
}

void segment_summary::encode(std::vector<std::byte>& out) const {
  put(out, records_);
  put(out, bytes_);
  put(out, first_arrival_ns_);
  put(out, last_arrival_ns_);
  put(out, static_cast<std::uint32_t>(topics_.size()));
  put(out, static_cast<std::uint32_t>(marks_.size()));
  for (const auto& [number, of] : topics_) {
    put(out, of.records);
    put(out, of.bytes);
    put(out, number);
    put(out, static_cast<std::uint8_t>(of.topic.app.size()));
    put(out, static_cast<std::uint8_t>(of.topic.proc.size()));
    put(out, static_cast<std::uint8_t>(of.topic.host.size()));
    put(out, std::uint8_t{0});
    put_text(out, of.topic.app);
    put_text(out, of.topic.proc);
    put_text(out, of.topic.host);
    out.resize(padded(out.size()));
  }
  for (const mark& m : marks_) {
    put(out, m.position);
    put(out, m.arrival_ns);
    put(out, m.at);
  }
}

result<segment_summary> segment_summary::decode(std::span<const std::byte> payload,
                                                std::uint64_t next_position) {
  const error_code bad = make_error_code(journal_error::bad_frame);
  const std::byte* at = payload.data();
  const std::byte* const end = at + payload.size();
  if (payload.size() < fixed_bytes) return bad;
  segment_summary out(next_position);
  out.records_ = load<std::uint64_t>(at);
  out.bytes_ = load<std::uint64_t>(at + 8);
  out.first_arrival_ns_ = load<std::int64_t>(at + 16);
  out.last_arrival_ns_ = load<std::int64_t>(at + 24);
  const auto topics = load<std::uint32_t>(at + 32), marks = load<std::uint32_t>(at + 36);
  at += fixed_bytes;
  for (std::uint32_t i = 0; i < topics; ++i) {
    if (static_cast<std::size_t>(end - at) < topic_bytes) return bad;
    topic_summary of;
    of.records = load<std::uint64_t>(at);
    of.bytes = load<std::uint64_t>(at + 8);
    const auto number = load<std::uint32_t>(at + 16);
    const auto app = load<std::uint8_t>(at + 20), proc = load<std::uint8_t>(at + 21),
               host = load<std::uint8_t>(at + 22);
    const std::size_t bytes = padded(topic_bytes + app + proc + host);
    if (static_cast<std::size_t>(end - at) < bytes) return bad;
    const std::byte* values = at + topic_bytes;
    of.topic.app = take_text(values, app);
    of.topic.proc = take_text(values, proc);
    of.topic.host = take_text(values, host);
    out.topics_.insert_or_assign(number, std::move(of));
    at += bytes;
  }
  if (static_cast<std::uint64_t>(end - at) != std::uint64_t{marks} * mark_stored_bytes) return bad;
  out.marks_.reserve(marks);
  for (; at != end; at += mark_stored_bytes) {
    out.marks_.push_back({load<std::uint64_t>(at), load<std::int64_t>(at + 8),
                          load<std::uint64_t>(at + 16)});
  }
  return out;
}

}  // namespace logio::journal
