#include "logio/journal/directory.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "client_book.hpp"
#include "frame_cache.hpp"
#include "logio/base/posix_file.hpp"
#include "logio/journal/segment_reader.hpp"
#include "segment_content.hpp"
#include "segment_folder.hpp"
#include "segment_scan.hpp"

namespace logio::journal {
namespace {

constexpr std::string_view segments_folder = "/journal";
constexpr std::string_view damaged_suffix = ".damaged";
constexpr std::size_t owner_bytes_max = 512;
constexpr std::size_t epoch_line_bytes_max = 80;

template <class Number>
bool take_number(std::string_view& line, int base, Number& out) noexcept {
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), out, base);
  if (error != std::errc{}) return false;
  line.remove_prefix(static_cast<std::size_t>(stop - line.data()));
  if (line.starts_with(' ')) line.remove_prefix(1);
  return true;
}

/// `0123456789abcdef 17 1795225553955000000`
std::optional<epoch_start> parse_epoch(std::string_view line) noexcept {
  epoch_start out;
  if (!take_number(line, 16, out.epoch) || !take_number(line, 10, out.first_position) ||
      !take_number(line, 10, out.started_ns) || !line.empty()) {
    return std::nullopt;
  }
  return out;
}

}  // namespace

directory::directory(std::string path)
    : path_(std::move(path)), frames_(std::make_unique<frame_cache>()) {}
directory::~directory() = default;

std::string directory::segment_path(const std::string& name) const {
  return fmt::format("{}{}/{}", path_, segments_folder, name);
}

std::string directory::unfinished_path(const std::string& name) const {
  return segment_path(name) + std::string(unfinished_suffix);
}

directory::opened directory::open(const std::string& path, const std::string& owner) {
  std::unique_ptr<directory> made(new directory(path));
  if (auto f = made->take(owner)) return std::move(*f);
  if (auto f = made->read_epochs()) return std::move(*f);
  if (auto f = made->read_segments()) return std::move(*f);
  return made;
}

std::optional<directory::failure> directory::take(const std::string& owner) {
  for (const std::string& folder : {path_, path_ + std::string(segments_folder)}) {
    if (const error_code why = base::make_directory(folder)) {
      return failure{why, fmt::format("cannot make the directory {}: {}. Make it, or let this "
                                      "user write to what it lies in",
                                      folder, why.message())};
    }
  }
  const std::string path = path_ + "/lock";
  auto file = base::posix_file::open(path, base::posix_file::mode::write_old);
  if (!file) {
    return failure{file.error(), fmt::format("cannot write to {}: {}. The directory must belong "
                                             "to the user that the hub runs as",
                                             path, file.error().message())};
  }
  const error_code locked = file->lock();
  if (locked && locked != boost::system::errc::operation_would_block) {
    return failure{locked, fmt::format("cannot lock {}: {}. The data directory must be on a file "
                                       "system with locks",
                                       path, locked.message())};
  }
  if (locked) {
    const auto other = base::read_text_file(path, owner_bytes_max);
    return failure{make_error_code(journal_error::in_use),
                   fmt::format("the directory {} is used by another hub ({}). Stop that one, or "
                               "give this one a directory of its own",
                               path_, other && !other->empty() ? *other : "unknown")};
  }
  // Only for people: a full disk may refuse it.
  error_code ignored = file->truncate(0);
  file->write_at(0, std::as_bytes(std::span(owner)), ignored);
  lock_ = std::make_unique<base::posix_file>(std::move(*file));
  return std::nullopt;
}

std::optional<directory::failure> directory::read_epochs() {
  const std::string path = path_ + "/epochs";
  const auto text = base::read_text_file(path, epochs_max * epoch_line_bytes_max);
  if (!text && base::is_absence(text.error())) return std::nullopt;
  if (!text) {
    return failure{text.error(),
                   fmt::format("cannot read {}: {}", path, text.error().message())};
  }
  std::string_view left = *text;
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    const auto epoch = parse_epoch(left.substr(0, end));
    if (!epoch || end == std::string_view::npos) {
      epochs_.clear();
      set_aside(path, make_error_code(journal_error::bad_epochs));
      return std::nullopt;
    }
    epochs_.push_back(*epoch);
    left.remove_prefix(end + 1);
  }
  if (!epochs_.empty()) recovered_.next_position = epochs_.back().first_position;
  return std::nullopt;
}

std::optional<directory::failure> directory::read_segments() {
  const std::string folder = path_ + std::string(segments_folder);
  const error_code unended = end_exchanges(folder, recovered_.reports);
  const auto files = list_segments(folder);
  if (unended || !files) {
    const error_code why = unended ? unended : files.error();
    return failure{why, fmt::format("cannot read {} and tidy it up: {}", folder, why.message())};
  }
  client_book clients;
  client_book* wanted = &clients;
  std::vector<segment_info> found;
  // Newest first: the first one that has more than clients has all of them.
  for (auto file = files->rbegin(); file != files->rend(); ++file) {
    const std::string& name = file->name;
    const auto info = mend(name, wanted);
    if (info) {
      if (info->knows_clients) wanted = nullptr;
      recovered_.next_position = std::max(recovered_.next_position, info->next_position);
      found.push_back(*info);
    } else if (info.error() == make_error_code(journal_error::unwritten)) {
      (void)base::remove_file(segment_path(name));
    } else if (auto f = refuse(name, info.error())) {
      return f;
    } else {
      ++recovered_.segments_set_aside;
      set_aside(segment_path(name), info.error());
    }
  }
  // Starts without a record leave segments that begin at the same position.
  std::sort(found.begin(), found.end(), [](const segment_info& a, const segment_info& b) {
    return std::pair(a.head.first_position, a.next_position) <
           std::pair(b.head.first_position, b.next_position);
  });
  for (segment_info& info : found) add(std::move(info));
  recovered_.clients = clients.newest(std::numeric_limits<std::int64_t>::min());
  return std::nullopt;
}

std::optional<directory::failure> directory::refuse(const std::string& name,
                                                    const error_code& why) const {
  const std::string path = segment_path(name);
  if (why == make_error_code(journal_error::wrong_version)) {
    return failure{why, fmt::format("{} is {}. Start that version, or give this one a directory "
                                    "of its own",
                                    path, why.message())};
  }
  if (!base::is_kernels(why)) return std::nullopt;
  return failure{why, fmt::format("cannot use {}: {}. Mend the disk, or move the file away", path,
                                  why.message())};
}

/// What the segment holds; one that was still being written is cut behind its last whole frame and
/// sealed. Into `clients` goes what it tells of them; null: nobody asks.
result<segment_info> directory::mend(const std::string& file, client_book* clients) {
  const std::string path = segment_path(file);
  auto reader = segment_reader::open(path);
  if (!reader) return reader.error();
  auto known = reader->read_summary();
  if (!known && base::is_kernels(known.error())) return known.error();
  const bool sealed = known && known->has_value();
  segment_info info;
  info.name = plain_name(file);
  info.head = reader->head();
  info.bytes = reader->disk_bytes();
  info.compressed = reader->is_compressed();
  if (sealed) info.take((*known)->next_position(), **known);
  if (sealed && clients == nullptr) return info;

  const segment_summary* const footer = sealed ? &**known : nullptr;
  auto scan = scan_segment(*reader, footer, [&](const frame& f) {
    if (f.head.kind != frame_kind::clients) info.knows_clients = true;
    if (clients == nullptr) return;
    if (f.head.kind == frame_kind::clients) {
      for (const client_state& c : as_clients(f)) clients->note(c.id, c.highest, c.used_ns);
    } else if (f.head.kind == frame_kind::batch) {
      const batch b = as_batch(f);
      clients->note(b.client, b.sequence, b.arrival_ns);
    }
  });
  if (!scan) return scan.error();
  if (scan->damaged_places != 0) {
    recovered_.damaged_positions += scan->damaged_positions;
    recovered_.reports.push_back(fmt::format(
        "{} is damaged in {} places ({}): {} records are lost", path, scan->damaged_places,
        scan->first_damage.message(), scan->damaged_positions));
  }
  if (sealed) return info;
  if (info.compressed) {  // what was lost is not to be had again: it stays as it is
    info.take(scan->summary.next_position(), scan->summary);
    recovered_.reports.push_back(fmt::format("{} is damaged: its footer cannot be read ({})", path,
                                             known.error().message()));
    return info;
  }
  if (const error_code why = seal(path, info, *scan)) return why;
  return info;
}

error_code directory::seal(const std::string& path, segment_info& info, segment_scan& scan) {
  if (info.bytes > scan.whole_bytes) {
    recovered_.torn_bytes += info.bytes - scan.whole_bytes;
    recovered_.reports.push_back(
        fmt::format("{} ended within a frame: {} bytes cut off behind position {}", path,
                    info.bytes - scan.whole_bytes, scan.summary.next_position() - 1));
  }
  auto file = base::posix_file::open(path, base::posix_file::mode::write_old);
  if (!file) return file.error();
  segment_builder builder(info.head, std::move(scan.summary), scan.whole_bytes);
  info.take(builder.next_position(), builder.summary());
  std::vector<std::byte> footer;
  builder.seal(footer);
  error_code why = file->truncate(scan.whole_bytes);
  if (!why) file->write_at(scan.whole_bytes, footer, why);
  if (!why) why = file->sync();
  info.bytes = builder.made_bytes();
  if (why != boost::system::errc::no_space_on_device) return why;
  // It is as good without a footer; the next start tries again.
  info.bytes = scan.whole_bytes;
  return file->truncate(scan.whole_bytes);
}

void directory::set_aside(const std::string& path, const error_code& why) {
  const std::string to = path + std::string(damaged_suffix);
  const error_code renamed = base::rename_file(path, to);
  recovered_.reports.push_back(
      fmt::format("{} cannot be read ({}): {}", path, why.message(),
                  renamed ? "and not be renamed: " + renamed.message() : "renamed to " + to));
}

std::vector<epoch_start> directory::epochs() const {
  const std::lock_guard lock(mutex_);
  return epochs_;
}

error_code directory::begin_epoch(const epoch_start& start) {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    epochs_.push_back(start);
    if (epochs_.size() > epochs_max) epochs_.erase(epochs_.begin());
    for (const epoch_start& e : epochs_) {
      text += fmt::format("{:016x} {} {}\n", e.epoch, e.first_position, e.started_ns);
    }
  }
  for (;;) {
    const error_code why = base::replace_text_file(path_, "epochs", text);
    error_code ignored;
    if (why != boost::system::errc::no_space_on_device || !remove_oldest(ignored)) return why;
  }
}

std::vector<segment_info> directory::segments() const {
  const std::lock_guard lock(mutex_);
  return segments_;
}

std::optional<located_segment> directory::find_segment(std::uint64_t position) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::partition_point(
      segments_.begin(), segments_.end(),
      [&](const segment_info& s) { return s.next_position <= position; });
  if (found == segments_.end()) return std::nullopt;
  return located_segment{*found, segments_.front().head.first_position};
}

std::optional<located_segment> directory::find_segment_since(std::int64_t ns) const {
  const std::lock_guard lock(mutex_);
  // One by one: the clock may have been set back between two starts.
  const auto found =
      std::find_if(segments_.begin(), segments_.end(), [&](const segment_info& s) {
        return s.next_position != s.head.first_position && s.last_arrival_ns >= ns;
      });
  if (found == segments_.end()) return std::nullopt;
  return located_segment{*found, segments_.front().head.first_position};
}

std::uint64_t directory::segment_bytes() const {
  const std::lock_guard lock(mutex_);
  return segment_bytes_;
}

void directory::add(segment_info sealed) {
  const std::lock_guard lock(mutex_);
  segment_bytes_ += sealed.bytes;
  segments_.push_back(std::move(sealed));
}

bool directory::remove_oldest(error_code& why) {
  segment_info oldest;
  {
    const std::lock_guard lock(mutex_);
    if (segments_.empty()) return false;
    oldest = segments_.front();
  }
  why = remove_files(oldest.name);  // may take long: nobody waits for it
  if (why) return false;
  bool compressed_now = false;
  {
    const std::lock_guard lock(mutex_);
    compressed_now = segments_.front().compressed && !oldest.compressed;
    segment_bytes_ -= segments_.front().bytes;
    segments_.erase(segments_.begin());
  }
  if (compressed_now) (void)remove_files(oldest.name);  // made while the plain one was removed
  return true;
}

error_code directory::remove_files(const std::string& name) const {
  const std::string plain = segment_path(name);
  for (const std::string& path : {plain, plain + std::string(compressed_suffix)}) {
    const error_code why = base::remove_file(path);
    if (why && !base::is_absence(why)) return why;
  }
  return {};
}

error_code directory::exchange(const std::string& name, std::uint64_t bytes) {
  const std::string plain = segment_path(name), to = plain + std::string(compressed_suffix);
  if (const error_code why = base::rename_file(unfinished_path(name), to)) return why;
  if (const error_code why = sync_segments()) {
    (void)base::remove_file(to);
    return why;
  }
  if (!note_compressed(name, bytes)) return base::remove_file(to);  // it was deleted meanwhile
  const error_code why = base::remove_file(plain);
  return base::is_absence(why) ? error_code() : why;
}

/// False: there is no such segment any more.
bool directory::note_compressed(const std::string& name, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(segments_.begin(), segments_.end(),
                                  [&](const segment_info& s) { return s.name == name; });
  if (found == segments_.end()) return false;
  segment_bytes_ = segment_bytes_ - found->bytes + bytes;
  found->bytes = bytes;
  found->compressed = true;
  return true;
}

error_code directory::sync_segments() const {
  return base::sync_directory(path_ + std::string(segments_folder));
}

result<std::uint64_t> directory::free_bytes() const { return base::free_bytes(path_); }

}  // namespace logio::journal
