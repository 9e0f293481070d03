#include "logio/wire/text_encoder.hpp"

#include <cstring>
#include <iterator>

#include <fmt/core.h>

#include "wire/loss_words.hpp"

namespace logio::wire {
namespace {

inline char* put(char* out, std::string_view bytes) noexcept {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

/// The same without a call, for what is short in most hubs: ` app[proc] host: `.
inline char* put_short(char* out, std::string_view bytes) noexcept {
  constexpr std::size_t half = 16;
  const std::size_t size = bytes.size();
  if (size < half || size > 2 * half) return put(out, bytes);
  std::memcpy(out, bytes.data(), half);
  std::memcpy(out + size - half, bytes.data() + size - half, half);  // overlaps
  return out + size;
}

/// Puts a TAB behind every newline of `text`.
char* put_indented(char* out, std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto left = static_cast<std::size_t>(end - at);
    const auto* const newline = static_cast<const char*>(std::memchr(at, '\n', left));
    if (newline == nullptr) return put(out, {at, left});
    out = put(out, {at, static_cast<std::size_t>(newline + 1 - at)});
    *out++ = '\t';
    at = newline + 1;
  }
  return out;
}

void append_notice(std::string& out, std::int64_t now_ns, std::string_view hub_host,
                   std::string_view words) {
  char now[record::text_time_bytes];
  record::text_time_writer().write(now_ns, now);
  fmt::format_to(std::back_inserter(out), "{} logio[hub] {}: {}\n",
                 std::string_view(now, sizeof now), hub_host, words);
}

}  // namespace

char* encode_text(char* out, const record::view& r, std::string_view prefix,
                  record::text_time_writer& time) noexcept {
  time.write(r.time_ns(), out);
  out = put_short(out + record::text_time_bytes, prefix);
  out = r.has(record::inner_newline) ? put_indented(out, r.text()) : put(out, r.text());
  *out++ = '\n';
  return out;
}

char* encode_raw(char* out, const record::view& r) noexcept {
  out = put(out, r.text());
  *out++ = '\n';
  return out;
}

void append_dropped_notice(std::string& out, std::int64_t now_ns, std::string_view hub_host,
                           std::uint64_t count, std::int64_t since_ns) {
  append_notice(out, now_ns, hub_host, dropped_words(count, since_ns));
}

void append_missed_notice(std::string& out, std::int64_t now_ns, std::string_view hub_host,
                          std::uint64_t count, std::int64_t since_ns) {
  append_notice(out, now_ns, hub_host, missed_words(count, since_ns));
}

void append_continuity_notice(std::string& out, std::int64_t now_ns, std::string_view hub_host) {
  append_notice(out, now_ns, hub_host, continuity_words());
}

}  // namespace logio::wire
