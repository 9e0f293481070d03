#include "logio/hub/history_finder.hpp"

#include <algorithm>
#include <chrono>

#include "logio/base/clock.hpp"

namespace logio::hub {
namespace {

using status = ring::log_pin::status;

constexpr int batches_per_look = 64;

}  // namespace

history_finder::history_finder(ring::log_ring& ring, history_matcher& matcher,
                               const history_request& request, const ring::place& end) noexcept
    : ring_(ring),
      matcher_(matcher),
      request_(request),
      end_(end),
      newest_(end.chunk),
      begin_(end) {}

std::optional<history_finder::start> history_finder::turn(ring::log_pin& pin,
                                                          std::int64_t deadline_ns) {
  if (request_.tail == 0) return start{end_, 0, {}};
  std::optional<start> out =
      request_.tail ? count_back(pin, deadline_ns) : find_first(pin);
  pin.release();
  return out;
}

/// The beginning of the chunk `back` before the newest.
history_finder::found history_finder::look(ring::log_pin& pin, std::uint32_t back,
                                           chunk_start& out) const noexcept {
  if (back >= ring_.shape().chunks) return found::nothing;
  switch (pin.seek_chunk(newest_ - back)) {
    case status::lost: return found::nothing;
    case status::end: return found::not_yet;
    case status::batch: break;
  }
  out.at = pin.at();
  const ring::batch_header* batch = nullptr;
  if (pin.next(batch) != status::batch) return found::not_yet;
  out.arrival_ns = batch->arrival_ns;
  return found::batch;
}

/// By position or time: the newest chunk that begins before what is wanted, or else the oldest.
std::optional<history_finder::start> history_finder::find_first(ring::log_pin& pin) const noexcept {
  const std::uint64_t wanted = request_.after ? *request_.after + 1 : ring_.first_position();
  const auto early_enough = [&](const chunk_start& c) {
    if (request_.since_ns) return c.arrival_ns < *request_.since_ns;
    return c.at.position <= wanted;
  };
  chunk_start oldest{end_, 0};
  for (std::uint32_t back = 0;; ++back) {
    chunk_start c;
    const found what = look(pin, back, c);
    if (what == found::not_yet && back == 0) continue;  // the newest may be empty yet
    if (what == found::not_yet && oldest.at.position != ring_.first_position()) {
      return std::nullopt;  // a writer is still at its beginning
    }
    if (what != found::batch) break;
    oldest = c;
    // In front of the first record of this run may be those of others.
    if (early_enough(c)) return start{c.at, 0, {}, !request_.after && !request_.since_ns};
  }
  start out{oldest.at, 0, {}};
  out.from_front = true;
  // What is asked for explicitly and gone is missed; `oldest` asks for what there is.
  const bool asked = request_.after || request_.since_ns;
  if (asked && oldest.at.position > wanted) {
    out.missed = {oldest.at.position - wanted, wanted, missed_reason::retention};
  }
  return out;
}

std::optional<history_finder::start> history_finder::count_back(ring::log_pin& pin,
                                                                std::int64_t deadline_ns) {
  const std::int64_t started = base::monotonic_now_ns();
  std::optional<start> out;
  for (std::int64_t now = started; !out && now < deadline_ns; now = base::monotonic_now_ns()) {
    if (cpu_ns_ + (now - started) > cpu_ns_max) {
      out = counted(pin, true);
      break;
    }
    const found entered = inside_ ? found::batch : enter_chunk(pin);
    if (entered == found::not_yet) break;
    const counting did =
        entered == found::batch ? count_chunk(pin, deadline_ns) : counting::lost;
    if (did == counting::later) break;
    if (did == counting::lost) {  // overwritten: history begins behind it
      out = counted(pin, false);
      break;
    }
    matches_ += in_chunk_;
    begin_ = chunk_.at;
    inside_ = false;
    ++back_;
    const bool through = request_.since_ns && chunk_.arrival_ns < *request_.since_ns;
    if (matches_ >= *request_.tail || through) out = counted(pin, false);
  }
  cpu_ns_ += base::monotonic_now_ns() - started;
  return out;
}

history_finder::found history_finder::enter_chunk(ring::log_pin& pin) noexcept {
  found what = look(pin, back_, chunk_);
  if (what == found::not_yet && back_ == 0) what = look(pin, ++back_, chunk_);
  // Behind the first record there is nothing, and nobody is about to write it.
  if (what == found::not_yet && begin_.position == ring_.first_position()) what = found::nothing;
  if (what != found::batch) return what;
  inside_ = true;
  at_ = chunk_.at;
  record_ = 0;
  in_chunk_ = 0;
  return what;
}

/// Done at the chunk's end, or at the end of what is asked for.
history_finder::counting history_finder::count_chunk(ring::log_pin& pin,
                                                     std::int64_t deadline_ns) {
  pin.seek(at_);
  for (int batches = 0; at_.position + record_ < end_.position; ++batches) {
    if (batches == batches_per_look) {
      if (base::monotonic_now_ns() >= deadline_ns) return counting::later;
      batches = 0;
    }
    const ring::batch_header* batch = nullptr;
    const status what = pin.next(batch);
    if (what == status::lost) return counting::lost;
    if (what == status::end) return counting::later;  // a writer is still there
    if (pin.at().chunk != chunk_.at.chunk) return counting::done;
    if (request_.until_ns && batch->arrival_ns >= *request_.until_ns) return counting::done;
    if (!request_.since_ns || batch->arrival_ns >= *request_.since_ns) {
      const auto done = matcher_.count(*batch, record_, deadline_ns);
      in_chunk_ += done.matches;
      record_ = done.next;
      if (record_ != 0) return counting::later;
    }
    at_ = pin.at();
  }
  return counting::done;
}

history_finder::start history_finder::counted(ring::log_pin& pin, bool limited) const noexcept {
  start out{begin_, 0, {}};
  if (matches_ > *request_.tail) out.skip_matches = matches_ - *request_.tail;
  if (matches_ >= *request_.tail) return out;
  std::uint64_t oldest = begin_.position;
  if (limited) {
    chunk_start c;
    for (std::uint32_t back = back_; look(pin, back, c) == found::batch; ++back) {
      oldest = c.at.position;
      if (request_.since_ns && c.arrival_ns < *request_.since_ns) break;
    }
    out.missed = {begin_.position - oldest, oldest, missed_reason::scan_limit};
    return out;
  }
  const bool complete = request_.since_ns && chunk_.arrival_ns < *request_.since_ns;
  out.from_front = !complete;
  out.wanting_matches = *request_.tail - matches_;
  if (request_.since_ns && !complete && begin_.position > ring_.first_position()) {
    const std::uint64_t first = ring_.first_position();
    out.missed = {begin_.position - first, first, missed_reason::retention};
  }
  return out;
}

}  // namespace logio::hub
