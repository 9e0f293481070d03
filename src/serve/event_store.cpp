#include "event_store.hpp"

#include <algorithm>
#include <utility>

#include "logio/base/log.hpp"
#include "logio/wire/marathon_event.hpp"

namespace logio::serve {
namespace {

using base::log_level;

constexpr std::uint64_t head_bytes = 48;  // about, of an event in the file

}  // namespace

event_store::event_store(std::size_t events_max, const std::string& folder)
    : events_max_(events_max) {
  if (events_max_ != 0 && !folder.empty()) load(folder);
}

void event_store::load(const std::string& folder) {
  file_ = std::make_unique<event_file>(folder);
  auto found = file_->open();
  if (!found) {
    base::log(log_level::error, {"events"},
              "{}/events cannot be read: {}; the events of before are not shown, and new ones are "
              "not written there",
              folder, found.error().message());
    file_.reset();
    return;
  }
  if (found->damaged_bytes != 0) {
    base::log(log_level::warn, {"events"}, "{}/events was damaged: {} bytes of it are left out",
              folder, found->damaged_bytes);
  }
  wire::marathon_decoder decoder;
  wire::marathon_event read;
  for (stored_event& e : found->events) {
    if (decoder.decode(e.json, {}, e.arrival_ns, read)) continue;  // of another version's rules
    e.app = read.topic.app;
    e.type = read.type;
    keep(std::move(e));
  }
}

event_ptr event_store::keep(stored_event e) {
  auto made = std::make_shared<const stored_event>(std::move(e));
  const std::lock_guard lock(mutex_);
  events_.push_back(made);
  bytes_ += made->json.size();
  while (events_.size() > events_max_ || bytes_ > event_bytes_total) {
    bytes_ -= events_.front()->json.size();
    events_.pop_front();
    ++gone_;
  }
  return made;
}

std::uint64_t event_store::stored_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_ + head_bytes * events_.size();
}

void event_store::add(stored_event e) {
  if (events_max_ == 0) return;
  const event_ptr newest = keep(std::move(e));
  if (file_) file_->write(*newest, stored_bytes(), [this] { return list(); });
  wake();
}

std::uint64_t event_store::count() const {
  const std::lock_guard lock(mutex_);
  return gone_ + events_.size();
}

event_store::later event_store::list_from(std::uint64_t from, std::size_t events_most) const {
  later out;
  const std::lock_guard lock(mutex_);
  if (from < gone_) out.gone = gone_ - from;
  const std::size_t size = events_.size();
  const auto skipped = static_cast<std::size_t>(
      std::min<std::uint64_t>(from + out.gone - gone_, size));
  const auto begin = events_.begin() + static_cast<std::ptrdiff_t>(skipped);
  const std::size_t taken = std::min(events_most, size - skipped);
  out.events.assign(begin, begin + static_cast<std::ptrdiff_t>(taken));
  return out;
}

std::uint64_t event_store::watch(std::function<void()> changed) {
  const std::lock_guard lock(mutex_);
  watchers_.emplace(++last_watcher_, std::move(changed));
  return last_watcher_;
}

void event_store::unwatch(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  watchers_.erase(id);
}

void event_store::wake() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, changed] : watchers_) changed();
}

std::vector<event_ptr> event_store::list() const {
  const std::lock_guard lock(mutex_);
  return {events_.begin(), events_.end()};
}

}  // namespace logio::serve
