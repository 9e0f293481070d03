#include "event_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "logio/base/crc32c.hpp"
#include "logio/base/log.hpp"

namespace logio::serve {
namespace {

constexpr const char* file_name = "events";
constexpr const char* new_name = "events.new";
constexpr std::string_view mark = "event ";
constexpr std::size_t head_bytes_max = 64;  // a line of two numbers and a sum is shorter
constexpr std::uint64_t slack_bytes = std::uint64_t{64} << 10;
constexpr std::uint64_t file_bytes_max = std::uint64_t{1} << 30;

std::span<const std::byte> bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// The line in front of an event.
std::string head_of(std::int64_t arrival_ns, std::string_view json) {
  const std::string facts = fmt::format("{}{} {}", mark, arrival_ns, json.size());
  const std::uint32_t sum = base::crc32c(bytes_of(json), base::crc32c(bytes_of(facts)));
  return fmt::format("{} {:08x}\n", facts, sum);
}

/// The event that `text` begins with, if it does; `bytes` are what it takes there.
std::optional<stored_event> read_event(std::string_view text, std::size_t& bytes) {
  if (!text.starts_with(mark)) return std::nullopt;
  const std::size_t head_bytes = text.substr(0, head_bytes_max).find('\n') + 1;
  if (head_bytes == 0) return std::nullopt;
  const char* const end = text.data() + head_bytes;
  stored_event out;
  std::size_t size = 0;
  const auto arrival = std::from_chars(text.data() + mark.size(), end, out.arrival_ns);
  if (arrival.ec != std::errc() || *arrival.ptr != ' ') return std::nullopt;
  const auto length = std::from_chars(arrival.ptr + 1, end, size);
  if (length.ec != std::errc() || size > text.size() - head_bytes) return std::nullopt;
  const std::string_view json = text.substr(head_bytes, size);
  bytes = head_bytes + size + 1;
  if (bytes > text.size() || text[bytes - 1] != '\n') return std::nullopt;
  if (text.substr(0, head_bytes) != head_of(out.arrival_ns, json)) return std::nullopt;
  out.json = json;
  return out;
}

}  // namespace

result<event_file::content> event_file::open() {
  content out;
  const auto text = read_whole();
  if (!text) {
    if (base::is_absence(text.error())) return out;
    refused_ = true;
    return text.error();
  }
  std::string_view rest = *text;
  while (!rest.empty()) {
    std::size_t bytes = 0;
    if (auto e = read_event(rest, bytes)) {
      out.events.push_back(std::move(*e));
      rest.remove_prefix(bytes);
      continue;
    }
    // Its end may be what is damaged: any place may be the next one's beginning, and its sum tells.
    bytes = std::min(rest.find(mark, 1), rest.size());
    out.damaged_bytes += bytes;
    rest.remove_prefix(bytes);
  }
  bytes_ = text->size();
  whole_ = out.damaged_bytes == 0;
  return out;
}

result<std::string> event_file::read_whole() {
  const std::string path = folder_ + '/' + file_name;
  auto file = base::posix_file::open(path, base::posix_file::mode::write_old);
  if (!file) return file.error();
  const auto bytes = file->size();
  if (!bytes) return bytes.error();
  if (*bytes > file_bytes_max) return make_error_code(boost::system::errc::file_too_large);
  std::string text(static_cast<std::size_t>(*bytes), '\0');
  const auto n = file->read_at(0, std::as_writable_bytes(std::span(text)));
  if (!n) return n.error();
  text.resize(*n);
  file_ = std::move(*file);
  return text;
}

void event_file::write(const stored_event& newest, std::uint64_t stored_bytes,
                       const std::function<std::vector<event_ptr>()>& all) {
  if (refused_) return;
  const bool is_short = bytes_ < 2 * stored_bytes + slack_bytes;
  const error_code why = whole_ && is_short ? append(newest) : replace(all());
  whole_ = !why;
  if (!why) {
    told_ = false;
  } else if (!std::exchange(told_, true)) {
    base::log(base::log_level::warn, {"events"},
              "{}/{} cannot be written: {}; a restart would not show the newest events. Make room "
              "on its disk",
              folder_, file_name, why.message());
  }
}

error_code event_file::append(const stored_event& e) {
  const std::string text = head_of(e.arrival_ns, e.json) + e.json + '\n';
  error_code why;
  (void)file_.write_at(bytes_, bytes_of(text), why);
  if (!why) bytes_ += text.size();
  return why;
}

error_code event_file::replace(const std::vector<event_ptr>& all) {
  const std::string fresh = folder_ + '/' + new_name;
  (void)base::remove_file(fresh);  // what a crash has left
  auto made = base::posix_file::open(fresh, base::posix_file::mode::write_new);
  if (!made) return made.error();
  file_ = std::move(*made);
  bytes_ = 0;
  for (const event_ptr& e : all) {
    if (const error_code why = append(*e)) return why;
  }
  if (const error_code why = file_.sync()) return why;
  if (const error_code why = base::rename_file(fresh, folder_ + '/' + file_name)) return why;
  return base::sync_directory(folder_);
}

}  // namespace logio::serve
