#include "logio/sink/memory_client.hpp"

#include <algorithm>

namespace logio::sink {
namespace {

std::size_t held(const kept_record& r) noexcept { return sizeof(kept_record) + r.bytes.size(); }

}  // namespace

void memory_client::deliver(std::span<const item> items, outcome& out) {
  std::fill(out.fates.begin(), out.fates.end(), fate::delivered);
  // Those in front of the last records_max would be gone again.
  for (const item& i : items.last(std::min(items.size(), records_max_))) {
    const std::byte* const from = i.record.data();
    auto made = std::make_shared<const kept_record>(
        kept_record{{from, from + i.record.stored()}, *i.topic, i.arrival_ns, i.epoch, i.position});
    out.sent_bytes += made->bytes.size();
    const std::lock_guard lock(mutex_);
    bytes_ += held(*made);
    kept_.push_back(std::move(made));
    shed();
  }
}

/// Under mutex_.
void memory_client::shed() {
  while (kept_.size() > records_max_ || (bytes_ > bytes_max_ && kept_.size() > 1)) {
    bytes_ -= held(*kept_.front());
    kept_.pop_front();
  }
}

void memory_client::take_over(const memory_client& from) {
  auto kept = from.newest();
  const std::lock_guard lock(mutex_);
  for (auto& one : kept) {
    bytes_ += held(*one);
    kept_.push_back(std::move(one));
  }
  shed();
}

std::vector<std::shared_ptr<const kept_record>> memory_client::newest() const {
  const std::lock_guard lock(mutex_);
  return {kept_.begin(), kept_.end()};
}

}  // namespace logio::sink
