#include "wire/stock_records.hpp"

#include <algorithm>
#include <cstring>

#include "logio/base/utf8.hpp"
#include "wire/json_scan.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t block_bytes = 16;

template <std::size_t N>
bool starts_with(const char* at, const char* end, const char (&word)[N]) noexcept {
  return static_cast<std::size_t>(end - at) >= N - 1 && std::memcmp(at, word, N - 1) == 0;
}

/// Copies [at, end) to `out` up to the first special byte. Writes up to block_bytes more than it
/// copies. Both pointers then stand at the special byte, or `at` at `end`.
void copy_plain(const char*& at, const char* end, char*& out) noexcept {
#if defined(__SSE2__)
  while (end - at >= static_cast<std::ptrdiff_t>(block_bytes)) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    const std::uint32_t bits = json_special_bits(block);
    if (bits != 0) {
      const int plain = __builtin_ctz(bits);
      at += plain;
      out += plain;
      return;
    }
    at += block_bytes;
    out += block_bytes;
  }
#endif
  while (at != end && !is_json_special(*at)) *out++ = *at++;
}

/// The character of `\uXXXX` at `at` (behind the `u`), or -1: cut off, no hex, or a surrogate.
int unicode_escape(const char* at, const char* end) noexcept {
  if (end - at < 4) return -1;
  const int a = hex_value(at[0]), b = hex_value(at[1]), c = hex_value(at[2]), d = hex_value(at[3]);
  if ((a | b | c | d) < 0) return -1;
  const int value = a << 12 | b << 8 | c << 4 | d;
  return value >= 0xd800 && value < 0xe000 ? -1 : value;
}

struct text {
  std::size_t bytes;
  std::uint8_t flags;
};

/// Decodes the string that begins at `at` (behind its quote) to `out` and leaves `at` behind the
/// closing quote. False: the string is not complete or has something for the general reader.
bool decode_text(const char*& at, const char* end, char* const out, text& result) noexcept {
  char* to = out;
  const char* last_newline = nullptr;  // in `out`
  bool inner_newline = false;
  for (;;) {
    copy_plain(at, end, to);
    if (end - at < 2) return false;
    if (*at == '"') break;
    if (*at != '\\') return false;  // a control character
    char c = simple_escape(at[1]);
    if (c != 0) {
      at += 2;
    } else {
      const int value = at[1] == 'u' ? unicode_escape(at + 2, end) : -1;
      if (value < 0) return false;
      at += 6;
      if (value >= 0x80) {
        to = base::utf8_put(to, static_cast<std::uint32_t>(value));
        continue;
      }
      c = static_cast<char>(value);
    }
    if (c == '\n') {
      inner_newline |= last_newline != nullptr;
      last_newline = to;
    }
    *to++ = c;
  }
  ++at;
  if (last_newline != nullptr && last_newline == to - 1) {
    --to;
    if (to != out && to[-1] == '\r') --to;
  } else {
    inner_newline |= last_newline != nullptr;
  }
  result.bytes = static_cast<std::size_t>(to - out);
  result.flags = inner_newline ? record::inner_newline : 0;
  return true;
}

}  // namespace

stock_progress add_stock_records(const char* at, const char* end, record::batch_builder& out,
                                 record::rfc3339_parser& time, std::size_t text_bytes_max) {
  stock_progress done{at, 0, false};
  for (;;) {
    while (at != end && is_json_space(*at)) ++at;
    done.at = at;
    if (!starts_with(at, end, "{\"time\":\"")) return done;
    record::head head;
    at = time.parse_prefix(at + 9, end, head.time_ns);
    if (at == nullptr || !starts_with(at, end, "\",\"raw\":\"")) return done;
    at += 9;
    const auto left = static_cast<std::size_t>(end - at);
    const std::size_t room = std::min(left, stock_text_bytes_max);
    text decoded;
    if (!decode_text(at, at + room, out.begin(room + block_bytes), decoded)) return done;
    if (at == end || *at != '}' || decoded.bytes > text_bytes_max) return done;
    ++at;
    if (!out.takes(decoded.bytes, 0)) {
      done.batch_full = true;
      return done;
    }
    head.text_bytes = static_cast<std::uint32_t>(decoded.bytes);
    head.flags = decoded.flags;
    out.commit(head);
    ++done.records;
  }
}

}  // namespace logio::wire
