// The part of a history_reader that lies behind the ring.
#include <algorithm>
#include <limits>
#include <utility>

#include "deep_link.hpp"
#include "logio/base/clock.hpp"
#include "logio/hub/dispatcher.hpp"
#include "logio/hub/history_reader.hpp"
#include "logio/record/record.hpp"

namespace logio::hub {

/// What is asked for begins in front of the ring. False: it is being searched for.
bool history_reader::find_deep(const history_finder::start& front) {
  first_position_ = request_.after ? *request_.after + 1 : deep_->oldest_position();
  if (!request_.tail && !request_.since_ns) {
    go_deep(first_position_);
    return found_ = true;
  }
  if (request_.since_ns) first_position_ = deep_->position_before(*request_.since_ns);
  if (request_.tail) search_.tail = front.wanting_matches;
  search_.since_ns = request_.since_ns;
  search_.until_ns = request_.until_ns;
  search_.end = front.at.position;
  at_.position = first_position_;
  searching_ = true;
  deep_->find(search_);
  return false;
}

bool history_reader::take_search() {
  if (deep_->busy()) return false;
  const auto start = deep_->take_start();
  starved_ = start && start->at_end;
  if (!start || !start->found) {
    if (!starved_) deep_->find(search_);
    return false;
  }
  searching_ = false;
  first_position_ = start->position;
  skip_matches_ = start->skip_matches;
  go_deep(start->position);
  std::uint64_t missed_from = start->position - start->missed;
  if (start->missed != 0 && request_.since_ns && start->why == missed_reason::retention) {
    const std::uint64_t first = dispatcher_.times().position_at(*request_.since_ns).value_or(0);
    missed_from = std::clamp(first, missed_from, start->position);
  }
  miss(missed_from, start->position - missed_from, loss_begins_ns(missed_from), start->why);
  return found_ = true;
}

void history_reader::go_deep(std::uint64_t position) noexcept {
  in_deep_ = true;
  at_.position = std::max(position, first_position_);
  record_ = 0;
}

/// Renders what has come, then goes on in the ring if it holds what is next, or asks for more.
void history_reader::read_deep(ring::log_pin& pin, const ring::place& gate,
                               std::int64_t deadline_ns) {
  starved_ = false;
  if (deep_->busy()) return;
  if (!piece_) {
    piece_ = deep_->take_piece();
    item_ = 0;
    if (piece_) skip_matches_ -= piece_->skipped_matches;
  }
  const bool at_end = piece_ && piece_->at_end;
  if (piece_ && !render_piece(deadline_ns)) return;
  if (until_reached_ || group_->appended_bytes() > 0) return;  // to be sent first
  if (enter_ring(pin, gate)) return read(pin, gate, deadline_ns);
  starved_ = at_end;
  if (!at_end) order_piece(gate);
}

void history_reader::order_piece(const ring::place& gate) {
  deep_order order;
  order.from = at_.position;
  order.end = request_.follow ? gate.position : end_.position;
  if (order.from >= order.end) return;
  order.since_ns = request_.since_ns.value_or(order.since_ns);
  order.until_ns = request_.until_ns.value_or(order.until_ns);
  order.skip_matches = skip_matches_;
  order.bytes_max = piece_bytes_;
  order.give_up_to = std::min(ring_.oldest_position(), order.end);
  deep_->read(order);
}

/// False: its time is over. Otherwise the piece is used up, or as much of it as there is room for:
/// the rest is asked for again, so that it takes no memory while the subscriber sends.
bool history_reader::render_piece(std::int64_t deadline_ns) {
  bool has_room = true;
  for (; has_room && item_ < piece_->items.size(); ++item_) {
    if (item_ % 16 == 15 && base::monotonic_now_ns() >= deadline_ns) return false;
    has_room = render(piece_->items[item_]);
  }
  if (has_room) {
    at_.position = piece_->next_position;
    until_reached_ = piece_->until_reached;
    if (group_->appended_bytes() < fill_bytes_ / 2) {
      piece_bytes_ = std::min(piece_bytes_ * 2, fill_bytes_max);
    }
  } else {
    piece_bytes_ = std::max(piece_bytes_ / 2, fill_bytes_max / 16);
  }
  piece_.reset();
  return true;
}

/// False: there was no room for all of it; at_ says how far it came.
bool history_reader::render(const deep_piece::item& item) {
  if (!item.topic) {
    const std::int64_t since_ns =
        item.arrival_ns != 0 ? item.arrival_ns : loss_begins_ns(item.first_position);
    miss(item.first_position, item.positions, since_ns, item.why);
    at_.position = item.first_position + item.positions;
    return true;
  }
  dispatcher_.touch(*group_);
  if (!first_queued_) first_queued_ = item.first_position;
  const std::size_t run_bytes_max = fill_bytes_ / 16;
  const record::batch_view records(piece_->bytes.data() + item.at, item.bytes);
  std::uint64_t position = item.first_position;
  for (auto at = records.begin(); at != records.end();) {
    if (group_->appended_bytes() >= fill_bytes_) {
      at_.position = position;
      return false;
    }
    const auto run = at;
    const std::uint64_t run_position = position;
    for (std::size_t bytes = 0; at != records.end() && bytes < run_bytes_max; ++at, ++position) {
      bytes += (*at).stored();
    }
    group_->append(run, at, {*item.topic, item.arrival_ns, run_position, item.epoch});
  }
  at_.position = position;
  return true;
}

/// The ring holds what comes next, and reading goes on there.
bool history_reader::enter_ring(ring::log_pin& pin, const ring::place& gate) {
  const std::uint64_t from = at_.position;
  if (from < ring_.oldest_position()) return false;
  history_request request;
  request.after = from - 1;
  history_finder finder(ring_, *this, request, gate);
  const auto start = finder.turn(pin, std::numeric_limits<std::int64_t>::max());
  if (!start || start->at.position > from) return false;
  at_ = start->at;
  first_position_ = from;
  in_deep_ = false;
  return true;
}

}  // namespace logio::hub
