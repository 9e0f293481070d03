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

char* put_escape(char* out, char c) noexcept {
  const base::json_escape& escape = base::escape_of(c);
  if (escape.bytes == 2) {
    std::memcpy(out, escape.text, 2);
    return out + 2;
  }
  std::memcpy(out, escape.text, sizeof escape.text);
  return out + sizeof escape.text;
}

/// As far as a text is ASCII. Each such mode says which bytes may not just be copied, and puts what
/// stands for those at `at`; false: it is not for this mode.
struct ascii_mode {
  template <class Block>
  static std::uint32_t others(const Block& block) noexcept {
    return block.json_special_or_not_ascii();
  }
  static bool is_other(char c) noexcept { return is_json_special(c) || !is_ascii(c); }
  static bool put(const char*& at, const char*, char*& out) noexcept {
    if (!is_ascii(*at)) return false;
    out = put_escape(out, *at++);
    return true;
  }
};

/// For a text that is known to be UTF-8.
struct utf8_mode {
  template <class Block>
  static std::uint32_t others(const Block& block) noexcept {
    return block.json_special();
  }
  static bool is_other(char c) noexcept { return is_json_special(c); }
  static bool put(const char*& at, const char*, char*& out) noexcept {
    out = put_escape(out, *at++);
    return true;
  }
};

/// For a text that is known not to be UTF-8 everywhere.
struct repair_mode : ascii_mode {
  static bool put(const char*& at, const char* end, char*& out) noexcept {
    if (ascii_mode::put(at, end, out)) return true;
    const base::utf8_step step = base::utf8_next(at, end);
    const char* const from = step.valid ? at : base::replacement_character.data();
    const std::size_t bytes = step.valid ? step.bytes : base::replacement_character.size();
    for (std::size_t i = 0; i < bytes; ++i) out[i] = from[i];
    at += step.bytes;
    out += bytes;
    return true;
  }
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

/// Puts the text but for its last bytes, fewer than two blocks: so a block may be loaded from every
/// place in one. What follows an escape is copied anew behind it, without looking at it again.
template <class Mode, class Block>
bool put_blocks(const char*& at, const char* end, char*& out) noexcept {
  while (end - at >= 2 * Block::bytes) {
    const char* const begin = at;
    const char* const next = begin + Block::bytes;
    const Block block = Block::load(at);
    block.store(out);
    std::uint32_t others = Mode::others(block);
    while (others != 0) {
      const char* const other = begin + std::countr_zero(others);
      out += other - at;
      at = other;
      if (!Mode::put(at, end, out)) return false;
      if (at >= next) break;  // a character may end behind the block
      Block::load(at).store(out);
      others &= ~std::uint32_t{0} << (at - begin);
    }
    if (at < next) {
      out += next - at;
      at = next;
    }
  }
  return true;
}

/// Puts the last bytes.
template <class Mode>
bool put_end(const char*& at, const char* end, char*& out) noexcept {
  for (;;) {
    while (end - at >= base_block::bytes) {
      const base_block block = base_block::load(at);
      block.store(out);
      const std::uint32_t others = Mode::others(block);
      const int plain = others == 0 ? int{base_block::bytes} : std::countr_zero(others);
      at += plain;
      out += plain;
      if (others != 0 && !Mode::put(at, end, out)) return false;
    }
    const auto left = static_cast<std::size_t>(end - at);
    if (copy_plain_end(at, left, out)) {
      at = end;
      out += left;
      return true;
    }
    while (at != end && !Mode::is_other(*at)) *out++ = *at++;
    if (at == end) return true;
    if (!Mode::put(at, end, out)) return false;
  }
}

/// Puts as much as is for the mode. Nothing is touched behind what the text takes at least: every
/// block that is stored has been in the text, and each byte of it takes a byte or more.
template <class Mode, class Block>
bool put_all(const char*& at, const char* end, char*& out) noexcept {
  return put_blocks<Mode, Block>(at, end, out) && put_end<Mode>(at, end, out);
}

template <class Block>
char* put_text(char* out, const char* at, const char* end) noexcept {
  if (put_all<ascii_mode, Block>(at, end, out)) return out;
  if (is_utf8({at, static_cast<std::size_t>(end - at)})) {
    put_all<utf8_mode, Block>(at, end, out);
  } else {
    put_all<repair_mode, Block>(at, end, out);
  }
  return out;
}

#if LOGIO_HAS_AVX2_BLOCK
LOGIO_TARGET_AVX2 char* put_text_avx2(char* out, const char* at, const char* end) noexcept {
  return put_text<avx2_block>(out, at, end);
}
#endif

}  // namespace

char* put_json_text(char* out, std::string_view text) noexcept {
  const char* const at = text.data();
#if LOGIO_HAS_AVX2_BLOCK
  static const auto put = has_avx2() ? put_text_avx2 : put_text<base_block>;
  return put(out, at, at + text.size());
#else
  return put_text<base_block>(out, at, at + text.size());
#endif
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

void append_json_text(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  out.resize(begin + json_text_bytes(text) + 2);
  char* const at = out.data() + begin;
  *at = '"';
  *put_json_text(at + 1, text) = '"';
}

void append_json_bytes(std::string& out, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    const char* const special = find_json_special(at, end);
    out.append(at, special);
    if (special == end) return;
    const base::json_escape& escape = base::escape_of(*special);
    out.append(escape.text, escape.bytes);
    at = special + 1;
  }
}

}  // namespace logio::wire
