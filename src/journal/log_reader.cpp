#include "logio/journal/log_reader.hpp"

#include <algorithm>
#include <utility>

#include "logio/base/posix_file.hpp"
#include "segment_content.hpp"
#include "segment_folder.hpp"

namespace logio::journal {
namespace {

void append_segments(const std::string& folder, const std::vector<base::file_entry>& files,
                     std::vector<segment_file>& out) {
  for (const base::file_entry& f : files) {
    const auto head = parse_segment_file_name(plain_name(f.name));
    out.push_back({folder + '/' + f.name, f.bytes, head ? head->first_position : 0});
  }
}

}  // namespace

result<std::vector<segment_file>> find_segments(const std::string& path) {
  std::vector<segment_file> out;
  const auto files = list_segments(path);
  if (!files && files.error() == boost::system::errc::not_a_directory) {
    auto file = base::posix_file::open(path, base::posix_file::mode::read);
    if (!file) return file.error();
    const auto size = file->size();
    if (!size) return size.error();
    out.push_back({path, *size, 0});
    return out;
  }
  if (!files) return files.error();
  append_segments(path, *files, out);
  if (const auto inner = list_segments(path + "/journal")) {
    append_segments(path + "/journal", *inner, out);
  }
  return out;
}

void log_reader::miss(missing why, std::uint64_t position, std::uint64_t count, verdict& out) {
  if (why == missing::damaged) out.damaged_positions += count;
  if (why == missing::left_out) out.left_out_positions += count;
  to_.on_missing(why, position, count);
}

/// False: the segment has nothing that is wanted.
bool log_reader::begin(segment_reader& reader, verdict& out) {
  out.readable = true;
  out.compressed = reader.is_compressed();
  out.first_position = out.next_position = reader.head().first_position;
  const auto summary = reader.read_summary();
  if (!summary) {
    out.why = "its footer: " + summary.error().message();
    ++out.damaged_places;
  }
  out.sealed = summary && summary->has_value();
  topics_.clear();
  segment_end_ = 0;
  if (out.sealed) {
    const segment_summary& s = **summary;
    segment_end_ = s.next_position();
    const bool wanted = s.records() != 0 && s.last_arrival_ns() >= since_ns_ &&
                        s.first_arrival_ns() < until_ns_;
    if (!wanted && (since_ns_ != INT64_MIN || until_ns_ != INT64_MAX)) {
      expected_ = std::max(expected_, s.next_position());
      return false;
    }
    for (const auto& [number, of] : s.topics()) topics_.insert(number);
  }
  if (expected_ != 0 && expected_ < out.first_position) {
    miss(missing::deleted, expected_, out.first_position - expected_, out);
  }
  // A start without a record leaves a segment that begins where the next one does.
  expected_ = std::max(expected_, out.first_position);
  static const std::map<std::uint32_t, topic_summary> none;
  to_.on_segment(reader.head(), out.sealed ? (*summary)->topics() : none);
  return true;
}

bool log_reader::take(const frame& f, verdict& out) {
  if (f.head.kind == frame_kind::topic) topics_.insert(as_topic(f).number);
  if (f.head.kind == frame_kind::batch || f.head.kind == frame_kind::gap) {
    if (f.head.position > expected_) {
      miss(missing::damaged, expected_, f.head.position - expected_, out);
    }
    expected_ = f.head.position + f.head.count;
    if (f.head.kind == frame_kind::gap) {
      const gap g = as_gap(f);
      miss(missing::left_out, g.first_position, g.count, out);
      expected_ = g.first_position + g.count;
    }
    out.next_position = expected_;
    if (f.head.kind == frame_kind::batch && !topics_.contains(as_batch(f).topic)) {
      miss(missing::damaged, f.head.position, f.head.count, out);  // whose they were is lost
      return true;
    }
    out.records += f.head.count;
  }
  const bool shown = f.head.kind == frame_kind::batch || f.head.kind == frame_kind::topic;
  return !shown || to_.on_frame(f);
}

/// What the footer knows of and no frame behind the last one holds.
void log_reader::miss_rest(verdict& out) {
  if (expected_ >= segment_end_) return;
  miss(missing::damaged, expected_, segment_end_ - expected_, out);
  out.next_position = expected_ = segment_end_;
}

bool log_reader::read(const segment_file& file, verdict& out) {
  out = verdict();
  auto reader = segment_reader::open(file.path);
  if (!reader) {
    out.gone = reader.error() == boost::system::errc::no_such_file_or_directory ||
               reader.error() == make_error_code(journal_error::unwritten);
    out.why = reader.error().message();
    return true;
  }
  const std::uint64_t read_before = std::exchange(read_bytes_, read_bytes_ + file.bytes);
  const double on_disk = static_cast<double>(reader->disk_bytes()) /
                         static_cast<double>(reader->file_bytes());
  if (!begin(*reader, out)) {
    to_.on_progress(read_bytes_);
    return true;
  }
  for (;;) {
    frame f;
    error_code why;
    switch (reader->next(f, why)) {
      case segment_reader::status::frame:
        if (f.head.kind == frame_kind::footer) return true;  // one without its trailer
        if (!take(f, out)) return false;
        to_.on_progress(read_before + static_cast<std::uint64_t>(
                                          static_cast<double>(reader->at()) * on_disk));
        continue;
      case segment_reader::status::end:
        miss_rest(out);
        return true;
      case segment_reader::status::bad:
        break;
    }
    const std::uint64_t bad_at = reader->at();
    error_code failed;
    if (!reader->find_next_whole(failed)) {
      out.torn_bytes = reader->file_bytes() - std::min(bad_at, reader->file_bytes());
      if (out.sealed && out.why.empty()) out.why = why.message();
      if (failed) out.why = failed.message();
      miss_rest(out);
      return true;
    }
    ++out.damaged_places;
    if (out.why.empty()) out.why = why.message();
  }
}

}  // namespace logio::journal
