#include "wire/json_text.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "logio/base/json_string.hpp"
#include "logio/base/utf8.hpp"
#include "wire/byte_block.hpp"
#include "wire/fields.hpp"
#include "wire/json_scan.hpp"

namespace logio::wire {
namespace {

constexpr bool is_ascii(char c) noexcept { return static_cast<signed char>(c) >= 0; }

/// What may be copied: in a text that is known to be UTF-8 also what is not ASCII.
struct plain_ascii {
  static constexpr bool is_other(char c) noexcept { return is_json_special(c) || !is_ascii(c); }
  static std::uint32_t others(base_block block) noexcept {
    return block.json_special_or_not_ascii();
  }
};
struct plain_utf8 {
  static constexpr bool is_other(char c) noexcept { return is_json_special(c); }
  static std::uint32_t others(base_block block) noexcept { return block.json_special(); }
};

template <class Number>
Number load(const char* at) noexcept {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

/// Whether one of the 8 bytes is special or not ASCII; may say so of plain bytes above one that is.
constexpr bool may_have_other(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  const std::uint64_t quotes = bytes ^ (ones * '"'), backslashes = bytes ^ (ones * '\\');
  const std::uint64_t found = bytes | (bytes - ones * 0x20) | (quotes - ones) |
                              (backslashes - ones);
  return (found & (ones * 0x80)) != 0;
}

/// Copies the last bytes, fewer than a block, when all of them are plain ASCII: two loads that
/// overlap instead of a loop. False: nothing was copied.
bool copy_plain_end(const char* at, std::size_t bytes, char* out) noexcept {
  if (bytes >= 8) {
    const auto first = load<std::uint64_t>(at), last = load<std::uint64_t>(at + bytes - 8);
    if (may_have_other(first) || may_have_other(last)) return false;
    std::memcpy(out, &first, 8);
    std::memcpy(out + bytes - 8, &last, 8);
    return true;
  }
  if (bytes >= 4) {
    const auto first = load<std::uint32_t>(at), last = load<std::uint32_t>(at + bytes - 4);
    if (may_have_other(std::uint64_t{first} << 32 | last)) return false;
    std::memcpy(out, &first, 4);
    std::memcpy(out + bytes - 4, &last, 4);
    return true;
  }
  return false;
}

/// Copies [at, end) up to the first byte that is not plain, moves `at` there and returns behind the
/// copy. Nothing is written behind what escaping the rest takes at least: a byte for each byte.
template <class Plain>
char* copy_plain(const char*& at, const char* end, char* out) noexcept {
  for (; end - at >= base_block::bytes; at += base_block::bytes, out += base_block::bytes) {
    const base_block block = base_block::load(at);
    block.store(out);
    const std::uint32_t others = Plain::others(block);
    if (others != 0) {
      const int plain = std::countr_zero(others);
      at += plain;
      return out + plain;
    }
  }
  const auto left = static_cast<std::size_t>(end - at);
  if (copy_plain_end(at, left, out)) {
    at = end;
    return out + left;
  }
  while (at != end && !Plain::is_other(*at)) *out++ = *at++;
  return out;
}

char* put(char* out, std::string_view bytes) noexcept {
  for (const char c : bytes) *out++ = c;  // a few bytes
  return out;
}

char* put_escape(char* out, char c) noexcept {
  const base::json_escape& escape = base::escape_of(c);
  if (escape.bytes == 2) {
    std::memcpy(out, escape.text, 2);
    return out + 2;
  }
  std::memcpy(out, escape.text, sizeof escape.text);
  return out + sizeof escape.text;
}

/// The rest of a text, from its first byte on that is not ASCII.
[[gnu::noinline]] char* put_not_ascii(char* out, const char* at, const char* end) noexcept {
  if (is_utf8({at, static_cast<std::size_t>(end - at)})) {
    while ((out = copy_plain<plain_utf8>(at, end, out)), at != end) out = put_escape(out, *at++);
    return out;
  }
  while ((out = copy_plain<plain_ascii>(at, end, out)), at != end) {
    if (is_ascii(*at)) {
      out = put_escape(out, *at++);
      continue;
    }
    const base::utf8_step step = base::utf8_next(at, end);
    out = put(out, step.valid ? std::string_view(at, step.bytes) : base::replacement_character);
    at += step.bytes;
  }
  return out;
}

}  // namespace

char* put_json_text(char* out, std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while ((out = copy_plain<plain_ascii>(at, end, out)), at != end) {
    if (!is_ascii(*at)) return put_not_ascii(out, at, end);
    out = put_escape(out, *at++);
  }
  return out;
}

std::size_t json_text_bytes(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  std::size_t bytes = text.size();
  if (is_utf8(text)) {
    for (; (at = find_json_special(at, end)) != end; ++at) bytes += base::escape_of(*at).bytes - 1u;
    return bytes;
  }
  while (at != end) {
    if (is_ascii(*at)) {
      if (is_json_special(*at)) bytes += base::escape_of(*at).bytes - 1u;
      ++at;
      continue;
    }
    const base::utf8_step step = base::utf8_next(at, end);
    if (!step.valid) bytes += base::replacement_character.size() - step.bytes;
    at += step.bytes;
  }
  return bytes;
}

}  // namespace logio::wire
