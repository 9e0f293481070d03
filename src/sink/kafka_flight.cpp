#include "sink/kafka_flight.hpp"

#include "logio/base/result.hpp"

namespace logio::sink {

kafka_flight::tag kafka_flight::add(const item& which, std::size_t bytes) {
  LOGIO_ASSERT(entries_.size() < none, "more records in flight than there are tags");
  entries_.push_back({.epoch = which.epoch, .position = which.position, .bytes = bytes});
  ++open_;
  return static_cast<tag>(entries_.size() - 1);
}

void kafka_flight::resolve(tag which, kafka_verdict verdict, std::string_view why) {
  LOGIO_ASSERT(which < entries_.size(), "an answer for a record that was never produced");
  entry& e = entries_[which];
  if (e.at != stage::open) return;
  if (verdict != kafka_verdict::delivered) {
    reasons_.emplace_back(why);
    e.reason = static_cast<std::uint32_t>(reasons_.size());
  }
  e.at = stage::resolved;
  e.verdict = verdict;
  --open_;
}

bool kafka_flight::match(std::span<const item> items, std::vector<tag>& tags) const {
  tags.assign(items.size(), none);
  std::size_t next = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    while (next < entries_.size() && entries_[next].at == stage::taken) ++next;
    if (next == entries_.size()) return true;
    const entry& e = entries_[next];
    if (items[i].epoch == e.epoch && items[i].position == e.position) {
      tags[i] = static_cast<tag>(next++);
    } else if (items[i].epoch != e.epoch || items[i].position > e.position) {
      return false;
    }
  }
  return true;
}

kafka_flight::answer kafka_flight::take(tag which) {
  entry& e = entries_[which];
  LOGIO_ASSERT(e.at == stage::resolved, "an answer is told that is not there");
  e.at = stage::taken;
  ++taken_;
  answer a{.verdict = e.verdict, .bytes = e.bytes, .why = {}};
  if (e.reason != 0) a.why = reasons_[e.reason - 1];
  return a;
}

void kafka_flight::clear() noexcept {
  entries_.clear();
  reasons_.clear();
  open_ = taken_ = 0;
}

}  // namespace logio::sink
