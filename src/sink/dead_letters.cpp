#include "logio/sink/dead_letters.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "logio/base/json_string.hpp"
#include "logio/base/log.hpp"
#include "logio/record/time.hpp"
#include "logio/wire/json_encoder.hpp"

namespace logio::sink {
namespace {

constexpr std::size_t look_bytes = std::size_t{1} << 20;

std::uint64_t lines_in(std::string_view text) noexcept {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

void append_line(std::string& out, const item& dead, std::string_view why, std::int64_t now_ns) {
  out += "{\"reason\":";
  base::append_json_string(out, why);
  out += ",\"refused_at\":\"";
  char when[record::rfc3339_bytes];
  record::write_rfc3339(now_ns, when);
  out.append(when, sizeof when);
  out += "\",\"record\":";
  wire::json_encoder json(dead.epoch);
  const std::string members = record::json_members(*dead.topic);
  const std::size_t before = out.size();
  out.resize(before + json.ndjson_bound(dead.record, members));
  char* const end = json.encode_ndjson(out.data() + before, dead.record, members, dead.position,
                                       dead.arrival_ns);
  out.resize(static_cast<std::size_t>(end - out.data()) - 1);  // without its newline
  out += "}\n";
}

}  // namespace

dead_letters::dead_letters(std::string folder) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  auto file = base::posix_file::open(path(), base::posix_file::mode::write_old);
  const auto size = file ? file->size() : result<std::uint64_t>(file.error());
  if (!size) {
    base::log(base::log_level::error, {"sink"}, "{}: {}; refused records are not kept", path(),
              size.error().message());
    return;
  }
  file_ = std::move(*file);
  std::string some(look_bytes, '\0');
  std::uint64_t whole = 0;
  for (std::uint64_t at = 0; at < *size;) {
    const auto n = file_.read_at(at, std::as_writable_bytes(std::span(some)));
    if (!n) {
      // What cannot be read now must not be cut off.
      base::log(base::log_level::error, {"sink"}, "{}: {}; refused records are not kept", path(),
                n.error().message());
      file_ = {};
      count_.store(0, std::memory_order_relaxed);
      return;
    }
    if (*n == 0) break;
    const std::string_view got(some.data(), *n);
    count_.fetch_add(lines_in(got), std::memory_order_relaxed);
    if (const auto last = got.rfind('\n'); last != got.npos) whole = at + last + 1;
    at += *n;
  }
  file_bytes_ = whole;  // a line that a crash cut off is written over
  if (whole < *size) (void)file_.truncate(whole);
}

void dead_letters::add(const item& dead, std::string_view why, std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  if (!folder_.empty() && !file_.is_open()) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  // One that is refused again lies among those that are forgotten after that.
  const std::uint64_t bytes = folder_.empty() ? text_.size() : file_bytes_;
  const std::uint64_t most = folder_.empty() ? memory_bytes_max : file_bytes_max;
  if (bytes >= most && !dead.resent) {
    if (!std::exchange(full_, true)) {
      base::log(base::log_level::error, {"sink"},
                "{}: {} bytes of dead letters; refused records are not kept any more until they "
                "are sent again or removed",
                folder_.empty() ? "in memory" : path(), bytes);
    }
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  full_ = false;
  append_line(text_, dead, why, now_ns);
  count_.fetch_add(1, std::memory_order_relaxed);
  if (!folder_.empty() && text_.size() >= look_bytes) (void)write();
}

error_code dead_letters::write() {
  error_code why;
  if (!file_.is_open()) return why;
  const auto bytes = std::as_bytes(std::span(text_));
  const std::size_t done = file_.write_at(file_bytes_, bytes, why);
  if (why) {
    // Cut at the place of the first line that did not get there.
    (void)file_.truncate(file_bytes_);
    const std::uint64_t gone = lines_in(text_);
    count_.fetch_sub(gone, std::memory_order_relaxed);
    lost_.fetch_add(gone, std::memory_order_relaxed);
    base::log(base::log_level::error, {"sink"}, "{}: {}; {} refused records are not kept", path(),
              why.message(), gone);
  } else {
    file_bytes_ += done;
    unsynced_ = true;
  }
  text_.clear();
  return why;
}

void dead_letters::sync() {
  if (folder_.empty()) return;
  const std::lock_guard lock(mutex_);
  if (!text_.empty()) (void)write();
  if (!std::exchange(unsynced_, false)) return;
  if (const error_code why = file_.sync()) {
    base::log(base::log_level::error, {"sink"}, "{}: {}", path(), why.message());
  }
}

result<std::string> dead_letters::read(std::uint64_t& at, std::size_t bytes_max) const {
  const std::lock_guard lock(mutex_);
  at = std::max(at, forgotten_);
  const std::uint64_t end = folder_.empty() ? forgotten_ + text_.size() : file_bytes_;
  std::string out;
  // A single line may be longer than that.
  for (; at < end; bytes_max *= 2) {
    const std::uint64_t wanted = std::min<std::uint64_t>(bytes_max, end - at);
    if (folder_.empty()) {
      out = text_.substr(at - forgotten_, wanted);
    } else {
      out.resize(wanted);
      const auto n = file_.read_at(at, std::as_writable_bytes(std::span(out)));
      if (!n) return n.error();
      out.resize(*n);
    }
    const auto last = out.rfind('\n');
    if (last == out.npos && wanted < end - at) continue;
    out.resize(last == out.npos ? 0 : last + 1);
    at = last == out.npos ? end : at + out.size();
    break;
  }
  return out;
}

error_code dead_letters::forget(std::uint64_t at) {
  const std::lock_guard lock(mutex_);
  if (folder_.empty()) {
    const std::size_t gone = std::min<std::size_t>(at - std::min(at, forgotten_), text_.size());
    count_.fetch_sub(lines_in(std::string_view(text_).substr(0, gone)), std::memory_order_relaxed);
    text_.erase(0, gone);
    forgotten_ += gone;
    return {};
  }
  if (!text_.empty()) {
    if (const error_code why = write()) return why;
  }
  std::string rest(file_bytes_ - std::min(at, file_bytes_), '\0');
  const auto n = file_.read_at(at, std::as_writable_bytes(std::span(rest)));
  if (!n) return n.error();
  if (const error_code why = base::replace_text_file(folder_, "dead.ndjson", rest)) return why;
  auto file = base::posix_file::open(path(), base::posix_file::mode::write_old);
  if (!file) return file.error();
  file_ = std::move(*file);
  file_bytes_ = rest.size();
  count_.store(lines_in(rest), std::memory_order_relaxed);
  return {};
}

}  // namespace logio::sink
