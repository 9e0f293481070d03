#include "logio/hub/line_scanner.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/hub/dispatcher.hpp"
#include "logio/hub/group.hpp"
#include "logio/record/record.hpp"

namespace logio::hub {
void line_scanner::add(group& g, const ring::place& at) {
  if (groups_.empty()) {
    reader_.seek(at);
    done_records_ = 0;
  }
  g.first_position = at.position;
  groups_.push_back(&g);
  ++generation_;
}

void line_scanner::remove(group& g) noexcept {
  std::erase(groups_, &g);
  ++generation_;
  if (groups_.empty()) reader_.release();
}

line_scanner::line_scanner(ring::log_ring& ring, unsigned pin, dispatcher& owner) noexcept
    : reader_(ring, pin), dispatcher_(owner), budget_(owner.limits().scan_cpu_percent) {}

line_scanner::outcome line_scanner::turn(const ring::place& until, std::int64_t monotonic_ns) {
  if (groups_.empty() || reader_.at().position == until.position) return outcome::caught_up;
  if (!budget_.may_run(monotonic_ns)) return outcome::pause;
  const std::int64_t started = base::monotonic_now_ns();
  std::int64_t now = started;
  while (reader_.at().position != until.position && now - started < slice_ns) {
    const ring::place before = reader_.at();
    const ring::batch_header* batch = nullptr;
    const auto found = reader_.next(batch);
    if (found == ring::log_pin::status::lost) {
      jump(until);
      break;
    }
    if (found == ring::log_pin::status::end) break;
    now = scan(*batch, started + slice_ns);
    if (done_records_ != 0) reader_.seek(before);  // not through: the rest has its turn later
  }
  reader_.release();
  budget_.spend(now - started);
  dispatcher_.flush_and_wake();
  return reader_.at().position == until.position ? outcome::caught_up : outcome::again;
}

void line_scanner::jump(const ring::place& to) {
  const std::uint64_t from = reader_.at().position + std::exchange(done_records_, 0);
  for (group* g : groups_) {
    const std::uint64_t first = std::max(from, g->first_position);
    if (first >= to.position) continue;
    dispatcher_.touch(*g);
    const std::int64_t since = last_arrival_ns_ != 0 ? last_arrival_ns_ : dispatcher_.now_ns();
    g->append_missed(to.position - first, since, missed_reason::over_budget);
  }
  reader_.seek(to);
}

void line_scanner::renew(route& r) {
  if (set_generation_ != generation_) {
    std::vector<filter::filter> filters;
    filters.reserve(groups_.size());
    for (const group* g : groups_) filters.push_back(g->selection());
    set_ = filter::line_set(filters);
    set_generation_ = generation_;
  }
  if (r.set_generation == generation_) return;
  r.wanted.assign(set_.row_words(), 0);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (std::find(r.scanned.begin(), r.scanned.end(), groups_[i]) == r.scanned.end()) continue;
    r.wanted[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  r.set_generation = generation_;
}

/// Scans the batch from done_records_ on; done_records_ is 0 afterwards if it got to the end.
/// Returns the time.
std::int64_t line_scanner::scan(const ring::batch_header& batch, std::int64_t deadline_ns) {
  constexpr std::uint32_t lines_per_look = 8;
  last_arrival_ns_ = batch.arrival_ns;
  const std::uint32_t skip = std::exchange(done_records_, 0);
  route& r = dispatcher_.route_of(batch.tag);
  if (r.scanned.empty() || !r.topic) return base::monotonic_now_ns();
  const bool several = r.scanned.size() > 1;
  if (several) renew(r);
  const record::batch_view records(batch.payload(), batch.payload_bytes);
  std::uint32_t index = 0;
  for (auto at = records.begin(); at != records.end(); ++at, ++index) {
    if (index < skip) continue;
    if (index > skip && index % lines_per_look == 0 && base::monotonic_now_ns() >= deadline_ns) {
      done_records_ = index;
      break;
    }
    auto next = at;
    ++next;
    const auto deliver = [&](group& g) {
      if (batch.first_position < g.first_position) return;
      dispatcher_.touch(g);
      g.append(at, next, {*r.topic, batch.arrival_ns, batch.first_position + index});
    };
    if (!several) {
      group& only = *r.scanned.front();
      if (only.selection().matches_line((*at).text())) deliver(only);
      continue;
    }
    set_.match((*at).text(), r.wanted, matches_);
    matches_.for_each([&](std::size_t i) { deliver(*groups_[i]); });
  }
  return base::monotonic_now_ns();
}

}  // namespace logio::hub
