#include "logio/sink/file_client.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "logio/base/log.hpp"
#include "logio/base/result.hpp"
#include "logio/wire/text_encoder.hpp"
#include "sink/finished_files.hpp"
#include "sink/path_template.hpp"

namespace logio::sink {
namespace {

using mode = base::posix_file::mode;

/// Every folder in front of the last slash.
error_code make_folders(const std::string& path) {
  for (std::size_t at = path.find('/', 1); at != path.npos; at = path.find('/', at + 1)) {
    const std::string folder = path.substr(0, at);
    const error_code why = base::make_directory(folder);
    // One that is there and may not be written to is fine as long as the next one is there too.
    if (why && !base::is_directory(folder)) return why;
  }
  return {};
}

/// Where the last whole line ends. What is behind it a crash cut off, and is delivered again.
result<std::uint64_t> end_of_lines(const base::posix_file& file, std::uint64_t size) {
  std::vector<char> some(std::size_t{64} << 10);
  for (std::uint64_t end = size; end != 0;) {
    const std::uint64_t from = end - std::min<std::uint64_t>(end, some.size());
    const auto n = file.read_at(from, std::as_writable_bytes(std::span(some)).first(end - from));
    if (!n) return n.error();
    const std::string_view got(some.data(), *n);
    if (const auto last = got.rfind('\n'); last != got.npos) return from + last + 1;
    end = from;
  }
  return std::uint64_t{0};
}

/// Names change with it.
std::int64_t hour_of(std::int64_t time_ns) noexcept {
  constexpr std::int64_t ns_per_hour = std::int64_t{3600} * 1'000'000'000;
  return time_ns / ns_per_hour - (time_ns % ns_per_hour < 0 ? 1 : 0);
}

std::unique_ptr<finished_files> make_finished(const sink_options& options,
                                              const std::string& folder) {
  if (options.compress != "gzip" && options.compress != "zstd") return nullptr;
  const packing how = options.compress == "gzip" ? packing::gzip : packing::zstd;
  return std::make_unique<finished_files>(
      how, finished_files::origin{options.name, options.path, folder});
}

}  // namespace

struct file_client::open_file {
  std::string path;
  base::posix_file file;
  std::uint64_t bytes = 0;
  std::uint64_t next_number = 1;  // of a rotated file
  bool unsynced = false;
  clock::time_point used_at;
};

struct file_client::share {
  const record::topic* topic = nullptr;  // of the first of the items
  std::int64_t hour = 0;
  std::string lines;
  std::vector<std::size_t> items;  // by index
  std::vector<std::size_t> ends;   // of their lines
};

file_client::file_client(const sink_options& options, const std::string& folder)
    : path_(std::make_unique<path_template>(options.path)),
      ndjson_(options.format == "ndjson"),
      rotate_bytes_(options.rotate_bytes),
      finished_(make_finished(options, folder)) {}

file_client::~file_client() { close(); }

void file_client::begin() noexcept {
  try {
    if (finished_) finished_->begin();
  } catch (const std::exception& e) {
    base::log(base::log_level::warn, {"sink"}, "cannot go on compressing files: {}", e.what());
  }
}

void file_client::deliver(std::span<const item> items, outcome& out) {
  try {
    deliver_all(items, out);
  } catch (const std::exception& e) {
    out.error = fmt::format("cannot write: {}", e.what());  // no memory; fates say what is there
  }
}

void file_client::deliver_all(std::span<const item> items, outcome& out) {
  std::map<std::string, share> shares;
  share_out(items, shares);
  for (auto& [path, what] : shares) {
    std::size_t written = 0;
    const error_code why = write(path, what, written);
    for (std::size_t i = 0; i < written; ++i) out.fates[what.items[i]] = fate::delivered;
    if (written != 0) out.sent_bytes += what.ends[written - 1];
    if (!why || !out.error.empty()) continue;
    const bool is_taken = why == boost::system::errc::operation_would_block;
    out.error = fmt::format("cannot write to {}: {}", path,
                            is_taken ? "another sink or process writes to it; give each its own"
                                     : why.message());
  }
  close_idle(clock::now());
}

void file_client::share_out(std::span<const item> items, std::map<std::string, share>& out) {
  std::string path;
  const record::topic* topic = nullptr;
  std::int64_t hour = 0;
  share* into = nullptr;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const item& it = items[i];
    const std::int64_t its_hour = hour_of(it.record.time_ns());
    if (it.topic != topic) enter(*it.topic);
    if (into == nullptr || it.topic != topic || its_hour != hour) {
      path_->expand(*it.topic, it.record.time_ns(), path);
      into = &out[path];
      if (into->topic == nullptr) into->topic = it.topic;
      into->hour = into->items.empty() ? its_hour : std::max(into->hour, its_hour);
      topic = it.topic;
      hour = its_hour;
    }
    render(it, *into);
    into->items.push_back(i);
    into->ends.push_back(into->lines.size());
  }
}

/// What is the same for all records of a topic.
void file_client::enter(const record::topic& topic) {
  label_ = ndjson_ ? record::json_members(topic) : record::text_label(topic);
}

void file_client::render(const item& i, share& into) {
  const std::size_t before = into.lines.size();
  const auto room = [&](std::size_t bytes) {
    into.lines.resize(before + bytes);
    return into.lines.data() + before;
  };
  char* end = nullptr;
  if (ndjson_) {
    if (!json_ || epoch_ != i.epoch) json_.emplace(i.epoch);
    epoch_ = i.epoch;
    end = json_->encode_ndjson(room(json_->ndjson_bound(i.record, label_)), i.record, label_,
                               i.position, i.arrival_ns);
  } else {
    end = wire::encode_text(room(wire::text_bound(label_.size(), i.record)), i.record, label_,
                            time_);
  }
  into.lines.resize(static_cast<std::size_t>(end - into.lines.data()));
}

/// `written`: how many of the items' lines are in the file.
error_code file_client::write(const std::string& path, share& what, std::size_t& written) {
  while (written < what.items.size()) {
    auto opened = open(path, what);
    if (!opened) return opened.error();
    open_file& file = **opened;
    // As many lines as go into this file, at least one.
    const std::size_t from = written == 0 ? 0 : what.ends[written - 1];
    std::size_t behind = what.items.size();
    if (rotate_bytes_ != 0) {
      const std::uint64_t room = rotate_bytes_ > file.bytes ? rotate_bytes_ - file.bytes : 0;
      behind = static_cast<std::size_t>(
          std::upper_bound(what.ends.begin() + static_cast<std::ptrdiff_t>(written),
                           what.ends.end(), from + room) - what.ends.begin());
      if (behind == written && file.bytes != 0) {
        if (const error_code why = rotate(file)) return why;
        continue;
      }
      behind = std::max(behind, written + 1);
    }
    const std::size_t to = what.ends[behind - 1];
    error_code why;
    const std::size_t done = file.file.write_at(
        file.bytes, std::as_bytes(std::span(what.lines)).subspan(from, to - from), why);
    if (done != 0) file.unsynced = true;
    if (why) {
      const auto whole = std::upper_bound(what.ends.begin(), what.ends.end(), from + done);
      written = static_cast<std::size_t>(whole - what.ends.begin());
      file.bytes += (written == 0 ? 0 : what.ends[written - 1]) - from;
      (void)file.file.truncate(file.bytes);
      return why;
    }
    file.bytes += done;
    written = behind;
  }
  return {};
}

result<file_client::open_file*> file_client::open(const std::string& path, const share& what) {
  if (const auto found = by_path_.find(path); found != by_path_.end()) {
    open_file& file = *found->second;
    if (file.file.is_at(path)) {
      const auto size = file.file.size();
      if (size) file.bytes = *size;  // somebody emptied it, or added to it
      file.used_at = clock::now();
      const auto place = std::find_if(files_.begin(), files_.end(),
                                      [&](const auto& f) { return f.get() == &file; });
      files_.splice(files_.begin(), files_, place);
      return &file;
    }
    (void)put_aside(file);
  }
  if (finished_) finished_->opening(path);
  auto opened = open_new(path);
  if (!finished_) return opened;
  if (opened) {
    finished_->opened(path, path_->family(*what.topic), what.hour);
  } else {
    finished_->not_opened(path);
  }
  return opened;
}

result<file_client::open_file*> file_client::open_new(const std::string& path) {
  if (const error_code why = make_folders(path)) return why;
  auto made = std::make_unique<open_file>();
  auto file = base::posix_file::open(path, mode::write_old);
  if (!file) return file.error();
  // Two that write at places of their own would overwrite each other.
  if (const error_code why = file->lock()) return why;
  const auto size = file->size();
  if (!size) return size.error();
  made->path = path;
  const auto end = end_of_lines(*file, *size);
  if (!end) return end.error();
  made->bytes = *end;
  if (*end < *size) {
    if (const error_code why = file->truncate(*end)) return why;
  }
  made->file = std::move(*file);
  made->used_at = clock::now();
  if (files_.size() >= open_files_max) (void)put_aside(*files_.back());
  files_.push_front(std::move(made));
  by_path_[path] = files_.front().get();
  return files_.front().get();
}

bool file_client::is_taken(const std::string& path) const {
  return finished_ ? finished_->is_taken(path) : base::exists(path);
}

/// The file gets the next free number, and its path is free for a new one.
error_code file_client::rotate(open_file& file) {
  std::string aside;
  do {
    aside = fmt::format("{}.{}", file.path, file.next_number++);
  } while (is_taken(aside));
  if (file.unsynced) {
    if (const error_code why = file.file.sync()) return why;
    file.unsynced = false;
  }
  if (finished_) finished_->rotating(aside);
  if (const error_code why = base::rename_file(file.path, aside)) {
    if (finished_) finished_->not_rotated(aside);
    return why;
  }
  const error_code why = begin_anew(file);
  if (finished_) finished_->rotated(aside);  // it is closed
  return why;
}

/// Its old one has another name. After an error `file` is gone.
error_code file_client::begin_anew(open_file& file) {
  auto fresh = base::posix_file::open(file.path, mode::write_old);
  if (!fresh) {
    const error_code why = fresh.error();
    (void)put_aside(file);
    return why;
  }
  file.file = std::move(*fresh);
  file.bytes = 0;
  return {};
}

/// Syncs and closes it; it is opened again when it is needed. Destroys `file`.
error_code file_client::put_aside(open_file& file) {
  const error_code why = file.unsynced ? file.file.sync() : error_code();
  const std::string path = file.path;
  by_path_.erase(path);
  std::erase_if(files_, [&](const auto& f) { return f.get() == &file; });
  if (finished_) finished_->closed(path);
  return why;
}

void file_client::close_idle(clock::time_point now) {
  while (!files_.empty() && now - files_.back()->used_at > idle_close) {
    (void)put_aside(*files_.back());
  }
  if (finished_) finished_->step();
}

void file_client::close() noexcept {
  while (!files_.empty()) (void)put_aside(*files_.back());
}

void file_client::end() noexcept {
  close();
  if (finished_) finished_->end();
}

client_counts file_client::counts() const {
  return finished_ ? finished_->counts() : client_counts();
}

void file_client::interrupt() noexcept {
  if (finished_) finished_->interrupt();
}

}  // namespace logio::sink
