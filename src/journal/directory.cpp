#include "logio/journal/directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "client_book.hpp"
#include "logio/journal/segment_reader.hpp"
#include "posix_file.hpp"
#include "segment_scan.hpp"

namespace logio::journal {
namespace {

constexpr std::string_view segments_folder = "/journal";
constexpr std::string_view damaged_suffix = ".damaged";
constexpr std::size_t owner_bytes_max = 512;
constexpr std::size_t epoch_line_bytes_max = 80;

bool is_kernels(const error_code& why) noexcept {
  return why.category() == boost::system::system_category();
}

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

directory::directory(std::string path) : path_(std::move(path)) {}
directory::~directory() = default;

std::string directory::segment_path(const std::string& name) const {
  return fmt::format("{}{}/{}", path_, segments_folder, name);
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
    if (const error_code why = make_directory(folder)) {
      return failure{why, fmt::format("cannot make the directory {}: {}. Make it, or let this "
                                      "user write to what it lies in",
                                      folder, why.message())};
    }
  }
  const std::string path = path_ + "/lock";
  auto file = posix_file::open(path, posix_file::mode::write_old);
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
    const auto other = read_text_file(path, owner_bytes_max);
    return failure{make_error_code(journal_error::in_use),
                   fmt::format("the directory {} is used by another hub ({}). Stop that one, or "
                               "give this one a directory of its own",
                               path_, other && !other->empty() ? *other : "unknown")};
  }
  error_code why = file->truncate(0);
  if (!why) file->write_at(0, std::as_bytes(std::span(owner)), why);
  if (why) {
    return failure{why, fmt::format("cannot write to {}: {}. Make room on its disk", path,
                                    why.message())};
  }
  lock_ = std::make_unique<posix_file>(std::move(*file));
  return std::nullopt;
}

std::optional<directory::failure> directory::read_epochs() {
  const std::string path = path_ + "/epochs";
  const auto text = read_text_file(path, epochs_max * epoch_line_bytes_max);
  if (!text && text.error() == boost::system::errc::no_such_file_or_directory) return std::nullopt;
  if (!text) {
    return failure{text.error(),
                   fmt::format("cannot read {}: {}", path, text.error().message())};
  }
  std::string_view left = *text;
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    const auto epoch = parse_epoch(left.substr(0, end));
    if (!epoch || end == std::string_view::npos) {
      return failure{make_error_code(journal_error::bad_epochs),
                     fmt::format("{} is damaged: `{}`. Move it away; clients with cursors of "
                                 "earlier starts are then told that continuity is lost",
                                 path, left.substr(0, std::min(end, epoch_line_bytes_max)))};
    }
    epochs_.push_back(*epoch);
    left.remove_prefix(end + 1);
  }
  if (!epochs_.empty()) recovered_.next_position = epochs_.back().first_position;
  return std::nullopt;
}

std::optional<directory::failure> directory::read_segments() {
  const std::string folder = path_ + std::string(segments_folder);
  const auto files = list_files(folder);
  if (!files) {
    return failure{files.error(),
                   fmt::format("cannot read {}: {}", folder, files.error().message())};
  }
  std::vector<std::string> names;
  for (const file_entry& file : *files) {
    if (parse_segment_file_name(file.name)) names.push_back(file.name);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto info = mend(names[i], i + 1 == names.size());
    if (!info && is_kernels(info.error())) {
      return failure{info.error(), fmt::format("cannot read {}: {}. Mend the disk, or move the "
                                               "file away",
                                               segment_path(names[i]), info.error().message())};
    }
    if (!info) {
      set_aside(names[i], info.error());
      continue;
    }
    recovered_.next_position = std::max(recovered_.next_position, info->next_position);
    add(*info);
  }
  return std::nullopt;
}

/// What the segment holds; one that was still being written is cut behind its last whole frame and
/// sealed. The last one also tells what is known of clients.
result<segment_info> directory::mend(const std::string& name, bool last) {
  const std::string path = segment_path(name);
  auto reader = segment_reader::open(path);
  if (!reader) return reader.error();
  auto known = reader->read_summary();
  if (!known && is_kernels(known.error())) return known.error();
  const bool sealed = known && known->has_value();
  segment_info info;
  info.name = name;
  info.head = reader->head();
  info.bytes = reader->file_bytes();
  segment_summary summary;
  if (sealed) summary = std::move(**known);
  if (!sealed || last) {
    client_book clients;
    auto scan = scan_segment(*reader, [&](const frame& f) {
      if (f.head.kind == frame_kind::clients) {
        for (const client_state& c : as_clients(f)) clients.note(c.id, c.highest, c.used_ns);
      } else if (f.head.kind == frame_kind::batch) {
        const batch b = as_batch(f);
        clients.note(b.client, b.sequence, b.arrival_ns);
      }
    });
    if (!scan) return scan.error();
    if (last) recovered_.clients = clients.newest(summary.last_arrival_ns());
    if (scan->damaged_places != 0) {
      recovered_.damaged_positions += scan->damaged_positions;
      recovered_.reports.push_back(
          fmt::format("{} is damaged in {} places ({}): {} records are lost", path,
                      scan->damaged_places, scan->first_damage.message(),
                      scan->damaged_positions));
    }
    if (!sealed) {
      if (info.bytes > scan->whole_bytes) {
        recovered_.torn_bytes += info.bytes - scan->whole_bytes;
        recovered_.reports.push_back(
            fmt::format("{} ended within a frame: {} bytes cut off behind position {}", path,
                        info.bytes - scan->whole_bytes, scan->summary.next_position() - 1));
      }
      auto file = posix_file::open(path, posix_file::mode::write_old);
      if (!file) return file.error();
      segment_builder builder(info.head, std::move(scan->summary), scan->whole_bytes);
      std::vector<std::byte> footer;
      builder.seal(footer);
      error_code why = file->truncate(scan->whole_bytes);
      if (!why) file->write_at(scan->whole_bytes, footer, why);
      if (!why) why = file->sync();
      if (why) return why;
      info.bytes = builder.made_bytes();
      summary = builder.summary();
    }
  }
  info.next_position = summary.next_position();
  info.records = summary.records();
  info.first_arrival_ns = summary.first_arrival_ns();
  info.last_arrival_ns = summary.last_arrival_ns();
  return info;
}

void directory::set_aside(const std::string& name, const error_code& why) {
  const std::string path = segment_path(name), to = path + std::string(damaged_suffix);
  const error_code renamed = rename_file(path, to);
  ++recovered_.segments_set_aside;
  recovered_.reports.push_back(
      fmt::format("{} cannot be read ({}): {}", path, why.message(),
                  renamed ? "and not be renamed: " + renamed.message() : "renamed to " + to));
}

std::vector<epoch_start> directory::epochs() const {
  const std::lock_guard lock(mutex_);
  return epochs_;
}

error_code directory::begin_epoch(const epoch_start& start) {
  const std::lock_guard lock(mutex_);
  epochs_.push_back(start);
  if (epochs_.size() > epochs_max) epochs_.erase(epochs_.begin());
  std::string text;
  for (const epoch_start& e : epochs_) {
    text += fmt::format("{:016x} {} {}\n", e.epoch, e.first_position, e.started_ns);
  }
  return replace_text_file(path_, "epochs", text);
}

std::vector<segment_info> directory::segments() const {
  const std::lock_guard lock(mutex_);
  return segments_;
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
  const std::lock_guard lock(mutex_);
  if (segments_.empty()) return false;
  why = remove_file(segment_path(segments_.front().name));
  if (why && why != boost::system::errc::no_such_file_or_directory) return false;
  why.clear();
  segment_bytes_ -= segments_.front().bytes;
  segments_.erase(segments_.begin());
  return true;
}

error_code directory::sync_segments() const {
  return sync_directory(path_ + std::string(segments_folder));
}

result<std::uint64_t> directory::free_bytes() const { return journal::free_bytes(path_); }

}  // namespace logio::journal
