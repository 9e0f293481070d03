#include "logio/journal/follower.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "active_segment.hpp"
#include "logio/base/posix_file.hpp"
#include "logio/journal/segment_reader.hpp"

namespace logio::journal {
namespace {

std::string path_of(const directory& in, const segment_head& head) {
  return in.segment_path(segment_file_name(head.epoch, head.first_position));
}

/// A position that is not in front of what a frame holds.
std::uint64_t behind(const frame& f) noexcept {
  if (f.head.kind == frame_kind::gap) return f.head.position + as_gap(f).count;
  return f.head.position + (f.head.kind == frame_kind::batch ? f.head.count : 0);
}

/// Whether its footer tells that nothing in it is wanted, and nothing of it missing.
bool is_unwanted(const segment_info& info, const segment_summary& footer,
                 const std::function<bool(const record::topic_view&)>& wanted) {
  if (!wanted || info.records != info.next_position - info.head.first_position) return false;
  return std::none_of(footer.topics().begin(), footer.topics().end(), [&](const auto& t) {
    return t.second.records != 0 && wanted(t.second.topic);
  });
}

/// The position behind what arrived before `since_ns`. What is damaged there may have arrived
/// later: it is in front of the answer only if something behind it is too old.
std::uint64_t scan_for_time(segment_reader& reader, std::int64_t since_ns) {
  std::uint64_t position = reader.position();
  frame f;
  error_code why;
  for (;;) {
    const auto what = reader.next(f, why);
    if (what == segment_reader::status::end) return position;
    if (what == segment_reader::status::bad) {
      if (!reader.find_next_whole(why)) return position;
      continue;
    }
    if (f.head.kind == frame_kind::footer) return position;
    if (f.head.kind == frame_kind::batch && as_batch(f).arrival_ns >= since_ns) return position;
    if (f.head.kind == frame_kind::gap && as_gap(f).last_arrival_ns >= since_ns) return position;
    position = std::max(position, behind(f));
  }
}

}  // namespace

struct follower::open_segment {
  explicit open_segment(segment_reader&& r) : reader(std::move(r)) {}

  segment_reader reader;
  std::uint64_t next_position = 0;  // behind what may be read
  bool active = false;
  std::uint64_t active_bytes = 0;  // that may be read
  std::optional<segment_summary> footer;
  std::unordered_map<std::uint32_t, record::topic> topics;  // that frames or the writer told
};

follower::follower(const directory& in, const writer& by) : directory_(in), writer_(by) {}
follower::follower(follower&&) noexcept = default;
follower::~follower() = default;

void follower::seek(std::uint64_t position) noexcept {
  open_.reset();
  place_at_ = 0;
  position_ = position;
}

void follower::rest() noexcept {
  if (!open_) return;
  place_of_ = open_->reader.head();
  place_at_ = open_->reader.at();
  place_position_ = open_->reader.position();
  open_.reset();
}

follower::event follower::next() {
  for (;;) {
    std::optional<event> e;
    if (!open_) {
      if (position_ >= writer_.written_position()) return end{};
      e = enter();
    } else if (position_ < open_->next_position) {
      e = read();
    } else if (!open_->active) {
      open_.reset();
    } else if (!grow()) {
      return end{};
    }
    if (e) return std::move(*e);
  }
}

/// Opens the segment that holds position_, which is in front of what is written.
std::optional<follower::event> follower::enter() {
  // First: what ends to be active after this look is found in the directory.
  const auto active = writer_.active().look();
  if (active && active->head.first_position <= position_) return enter_active(active->head);
  if (const auto found = directory_.find_segment(position_)) {
    const std::uint64_t first = found->segment.head.first_position;
    if (first <= position_) return enter_sealed(found->segment);
    return miss(first, position_ < found->oldest_position ? missing::deleted : missing::damaged);
  }
  const std::uint64_t until = active ? active->head.first_position : writer_.written_position();
  return miss(until, directory_.find_segment(0) ? missing::damaged : missing::deleted);
}

std::optional<follower::event> follower::enter_sealed(const segment_info& info) {
  auto reader = segment_reader::open(directory_.segment_path(info.name), &directory_.frames());
  if (!reader) {
    if (base::is_absence(reader.error())) return miss(info.next_position, missing::deleted);
    if (base::is_kernels(reader.error())) return failed{reader.error()};
    return miss(info.next_position, missing::damaged);
  }
  open_ = std::make_unique<open_segment>(std::move(*reader));
  open_->next_position = info.next_position;
  auto footer = open_->reader.read_summary();
  if (!footer || !footer->has_value()) {
    place_at_ = 0;  // frames in front of it tell the topics
    return std::nullopt;
  }
  open_->footer = std::move(**footer);
  if (is_unwanted(info, *open_->footer, wanted_)) {
    open_.reset();
    return skipped{info.next_position - std::exchange(position_, info.next_position)};
  }
  const mark* const from = open_->footer->mark_at_position(position_);
  begin_reading(from != nullptr ? std::optional(*from) : std::nullopt);
  return std::nullopt;
}

std::optional<follower::event> follower::enter_active(const segment_head& head) {
  auto reader = segment_reader::open(path_of(directory_, head));
  if (reader) {
    open_ = std::make_unique<open_segment>(std::move(*reader));
    open_->active = true;
    begin_reading(writer_.active().mark_at_position(head, position_));
    grow();
    return std::nullopt;
  }
  const auto now = writer_.active().look();
  if (!now || !now->is(head)) return std::nullopt;  // sealed meanwhile, and perhaps deleted
  if (base::is_absence(reader.error())) return miss(now->next_position, missing::deleted);
  if (base::is_kernels(reader.error())) return failed{reader.error()};
  return miss(now->next_position, missing::damaged);
}

/// Where it rested, or from the mark on, or from the segment's beginning.
void follower::begin_reading(std::optional<mark> from) {
  const segment_head& head = open_->reader.head();
  const bool same = head.epoch == place_of_.epoch &&
                    head.first_position == place_of_.first_position;
  const std::uint64_t rested_at = std::exchange(place_at_, 0);
  if (same && rested_at > (from ? from->at : 0)) {
    open_->reader.seek(rested_at, place_position_);
  } else if (from) {
    open_->reader.seek(from->at, from->position);
  }
}

/// False: nothing more is written in the active segment. True: there is more, here or, when it is
/// not active any more, in front of rest()'s place.
bool follower::grow() {
  const auto now = writer_.active().look();
  if (!now || !now->is(open_->reader.head())) {
    rest();
    return true;
  }
  const bool more = now->next_position != open_->next_position;
  open_->next_position = now->next_position;
  open_->active_bytes = now->bytes;
  open_->reader.read_until(now->bytes);
  return more;
}

/// The next frame. Nothing: it was none that is given out.
std::optional<follower::event> follower::read() {
  segment_reader& reader = open_->reader;
  frame f;
  error_code why;
  switch (reader.next(f, why)) {
    case segment_reader::status::end:
      return miss_rest();
    case segment_reader::status::bad:
      if (base::is_kernels(why) || !reader.find_next_whole(why)) return miss_rest();
      return std::nullopt;
    case segment_reader::status::frame:
      break;
  }
  if (f.head.kind == frame_kind::footer) return miss_rest();
  if (f.head.kind == frame_kind::topic && !open_->footer) {
    numbered_topic t = as_topic(f);
    open_->topics.insert_or_assign(t.number, std::move(t.topic));
  }
  if (behind(f) <= position_) return std::nullopt;
  const bool is_batch = f.head.kind == frame_kind::batch;
  if (!is_batch && f.head.kind != frame_kind::gap) return std::nullopt;
  if (f.head.position > position_) {
    reader.seek(f.at, f.head.position);  // it is read again when this is told
    return miss(f.head.position, missing::damaged);
  }
  return is_batch ? take_batch(f) : miss(behind(f), missing::left_out);
}

std::optional<follower::event> follower::take_batch(const frame& f) {
  const journal::batch b = as_batch(f);
  const record::topic* const topic = topic_of(b.topic);
  if (topic == nullptr && open_->active) {
    const auto now = writer_.active().look();
    if (!now || !now->is(open_->reader.head())) {  // sealed meanwhile: its footer knows
      open_->reader.seek(f.at, f.head.position);
      rest();
      return std::nullopt;
    }
  }
  if (topic == nullptr) return miss(behind(f), missing::damaged);  // whose they were is lost
  position_ = behind(f);
  return found_batch{open_->reader.head().epoch, b, topic};
}

const record::topic* follower::topic_of(std::uint32_t number) {
  if (open_->footer) {
    const auto found = open_->footer->topics().find(number);
    return found == open_->footer->topics().end() ? nullptr : &found->second.topic;
  }
  if (const auto found = open_->topics.find(number); found != open_->topics.end()) {
    return &found->second;
  }
  if (!open_->active) return nullptr;
  auto told = writer_.active().topic(open_->reader.head(), number);
  return told ? &open_->topics.emplace(number, std::move(*told)).first->second : nullptr;
}

/// No whole frame is left in what may be read, and it does not reach its end.
follower::event follower::miss_rest() {
  if (open_->active) open_->reader.seek(open_->active_bytes, open_->next_position);
  return miss(open_->next_position, missing::damaged);
}

follower::event follower::miss(std::uint64_t behind, missing why) noexcept {
  const std::uint64_t first = std::exchange(position_, behind);
  return missed{first, behind - first, why};
}

std::uint64_t follower::oldest_position() const {
  const auto active = writer_.active().look();
  if (const auto first = directory_.find_segment(0)) return first->oldest_position;
  return active ? active->head.first_position : writer_.written_position();
}

std::uint64_t follower::position_before(std::int64_t since_ns) const {
  const auto active = writer_.active().look();
  const auto sealed = directory_.find_segment_since(since_ns);
  if (sealed) return sealed->segment.head.first_position;
  if (!active) return writer_.written_position();
  const auto from = writer_.active().mark_before(active->head, since_ns);
  return from ? from->position : active->head.first_position;
}

result<std::uint64_t> follower::find_time(std::int64_t since_ns) const {
  const auto active = writer_.active().look();
  const auto sealed = directory_.find_segment_since(since_ns);
  if (!sealed && !active) return writer_.written_position();
  const segment_head head = sealed ? sealed->segment.head : active->head;
  const std::uint64_t next = sealed ? sealed->segment.next_position : active->next_position;
  auto reader = segment_reader::open(path_of(directory_, head), &directory_.frames());
  if (!reader && base::is_absence(reader.error())) return next;
  if (!reader && base::is_kernels(reader.error())) return reader.error();
  if (!reader) return head.first_position;  // reading tells what is damaged
  std::optional<mark> from;
  if (sealed) {
    const auto footer = reader->read_summary();
    if (footer && footer->has_value()) {
      if (const mark* const m = (*footer)->mark_before(since_ns)) from = *m;
    }
  } else {
    reader->read_until(active->bytes);
    from = writer_.active().mark_before(head, since_ns);
  }
  if (from) reader->seek(from->at, from->position);
  return scan_for_time(*reader, since_ns);
}

}  // namespace logio::journal
