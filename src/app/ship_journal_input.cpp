#include "ship_journal_input.hpp"

#include <fmt/core.h>

#include <utility>

#include "logio/record/record.hpp"

namespace logio::app {

ship_journal_input::ship_journal_input(ship_source& to, filter::filter wanted,
                                       std::vector<journal::segment_file> files,
                                       std::uint64_t after, const time_range& times)
    : ship_input(to, std::move(wanted)), files_(std::move(files)), after_(after), times_(times) {
  std::uint64_t total = 0;
  for (const journal::segment_file& f : files_) total += f.bytes;
  told_.bytes_total = total;
  skip_read();
}

/// Segments whose successor begins at or in front of what is wanted hold nothing of it.
void ship_journal_input::skip_read() {
  std::size_t first = 0;
  for (std::size_t i = 1; i < files_.size(); ++i) {
    const std::uint64_t begins = files_[i].first_position;
    if (begins != 0 && begins <= after_ + 1) first = i;
  }
  for (std::size_t i = 0; i < first; ++i) skipped_bytes_ += files_[i].bytes;
  files_.erase(files_.begin(), files_.begin() + static_cast<std::ptrdiff_t>(first));
  told_.bytes = skipped_bytes_;
}

void ship_journal_input::read() {
  journal::log_reader::handlers to;
  to.on_segment = [this](const journal::segment_head& head, const auto& topics) {
    epoch_ = head.epoch;
    topics_.clear();
    for (const auto& [number, of] : topics) topics_[number] = of.topic;
  };
  to.on_frame = [this](const journal::frame& f) { return take(f); };
  to.on_progress = [this](std::uint64_t bytes) { told_.bytes = skipped_bytes_ + bytes; };
  to.on_missing = [this](journal::missing why, std::uint64_t position, std::uint64_t count) {
    const std::uint64_t end = position + count;
    if (end <= after_ + 1) return;
    miss(end - std::max(position, after_ + 1),
         fmt::format("positions {} to {} of the journal {}", position, end - 1,
                     why == journal::missing::deleted    ? "are in no file"
                     : why == journal::missing::left_out ? "were left out by the hub"
                                                         : "are damaged"));
  };
  journal::log_reader reader(std::move(to));
  reader.only(times_.since_ns, times_.until_ns);
  for (const journal::segment_file& file : files_) {
    journal::log_reader::verdict v;
    const bool more = reader.read(file, v);
    if (!v.readable && !v.gone) fail(fmt::format("cannot read {}: {}", file.path, v.why));
    if (!more || !hand_on_full()) return;
  }
}

/// False: what comes behind it is not wanted, or it is to end.
bool ship_journal_input::take(const journal::frame& f) {
  if (f.head.kind == journal::frame_kind::topic) {
    const journal::numbered_topic t = journal::as_topic(f);
    topics_[t.number] = t.topic;
    return true;
  }
  const journal::batch b = journal::as_batch(f);
  if (b.arrival_ns >= times_.until_ns) return false;
  const auto topic = topics_.find(b.topic);
  if (b.arrival_ns < times_.since_ns || topic == topics_.end()) return true;
  std::uint64_t position = b.first_position;
  for (const record::view r : record::batch_view(b.records.data(), b.records.size())) {
    const std::uint64_t at = position++;
    if (at > after_) writer_.add(r, topic->second, b.arrival_ns, {epoch_, at});
  }
  return hand_on_full();
}

}  // namespace logio::app
