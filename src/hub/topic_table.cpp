#include "logio/hub/topic_table.hpp"

namespace logio::hub {
namespace {

class hub_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "logio.hub"; }
  std::string message(int value) const override {
    switch (static_cast<hub_error>(value)) {
      case hub_error::too_many_topics:
        return "too many topics have publishers";
    }
    return "unknown hub error";
  }
};

}  // namespace

error_code make_error_code(hub_error e) noexcept {
  static const hub_category category;
  return {static_cast<int>(e), category};
}

topic_info::topic_info(std::uint32_t number, record::topic t, std::int64_t now_ns)
    : id(number),
      topic(std::move(t)),
      text_label(record::text_label(topic)),
      json_members(record::json_members(topic)),
      first_seen_ns(now_ns),
      last_seen_ns(now_ns) {}

std::string topic_table::key(const record::topic_view& topic) {
  // Topic values hold no control characters, so a NUL separates them.
  std::string out;
  out.reserve(topic.app.size() + topic.proc.size() + topic.host.size() + 2);
  out.append(topic.app).push_back('\0');
  out.append(topic.proc).push_back('\0');
  return out.append(topic.host);
}

result<topic_ptr> topic_table::open(const record::topic_view& topic, std::int64_t now_ns,
                                    std::uint32_t ring_chunk) {
  const std::string name = key(topic);
  std::lock_guard lock(mutex_);
  if (const auto found = live_.find(name); found != live_.end()) {
    entry& e = found->second;
    if (e.idle) idle_.erase(e.idle_at);
    e.idle = false;
    e.topic->publishers.fetch_add(1, std::memory_order_relaxed);
    return e.topic;
  }
  if (live_.size() >= topics_max_) {
    if (idle_.empty()) return make_error_code(hub_error::too_many_topics);
    retire(*idle_.front(), ring_chunk);
  }
  auto made = std::make_shared<topic_info>(
      next_id_++,
      record::topic{std::string(topic.app), std::string(topic.proc), std::string(topic.host)},
      now_ns);
  made->publishers.store(1, std::memory_order_relaxed);
  by_id_.emplace(made->id, made);
  live_.emplace(name, entry{made, {}, false});
  live_count_.store(live_.size(), std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_relaxed);
  return made;
}

void topic_table::close(const topic_ptr& topic) noexcept {
  std::lock_guard lock(mutex_);
  if (topic->publishers.fetch_sub(1, std::memory_order_relaxed) != 1) return;
  entry& e = live_.find(key(topic->topic))->second;
  idle_.push_back(&e);
  e.idle_at = std::prev(idle_.end());
  e.idle = true;
}

void topic_table::retire(entry& e, std::uint32_t ring_chunk) {
  const topic_ptr topic = e.topic;
  topic->retired.store(true, std::memory_order_relaxed);
  idle_.erase(e.idle_at);
  live_.erase(key(topic->topic));
  live_count_.store(live_.size(), std::memory_order_relaxed);
  retired_.fetch_add(1, std::memory_order_relaxed);
  if (topic->records.load(std::memory_order_relaxed) == 0) {
    by_id_.erase(topic->id);  // nothing of it can lie in the ring
    return;
  }
  buried_.push_back({topic, ring_chunk});
  forget(ring_chunk);
}

void topic_table::forget(std::uint32_t ring_chunk) {
  while (!buried_.empty() && (buried_.size() > topics_max_ ||
                              ring_chunk - buried_.front().ring_chunk > ring_chunks_ + 1)) {
    by_id_.erase(buried_.front().topic->id);
    buried_.pop_front();
  }
}

topic_ptr topic_table::find(std::uint32_t id) const {
  std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

void topic_table::sweep(std::int64_t now_ns, std::int64_t idle_ns, std::uint32_t ring_chunk) {
  std::lock_guard lock(mutex_);
  while (!idle_.empty()) {
    entry& oldest = *idle_.front();
    if (now_ns - oldest.topic->last_seen_ns.load(std::memory_order_relaxed) < idle_ns) break;
    retire(oldest, ring_chunk);
  }
  forget(ring_chunk);
}

void topic_table::next(const topic_info* after, std::size_t topics_max,
                       std::vector<topic_ptr>& out) const {
  const std::string from = after == nullptr ? std::string() : key(after->topic);
  std::lock_guard lock(mutex_);
  auto at = after == nullptr ? live_.begin() : live_.upper_bound(from);
  for (; at != live_.end() && topics_max != 0; ++at, --topics_max) out.push_back(at->second.topic);
}

std::vector<topic_ptr> topic_table::snapshot() const {
  constexpr std::size_t slice = 256;
  std::vector<topic_ptr> out;
  out.reserve(size());
  for (std::size_t before = 0;; before = out.size()) {
    next(out.empty() ? nullptr : out.back().get(), slice, out);
    if (out.size() - before < slice) return out;
  }
}

}  // namespace logio::hub
