#include "wire/stock_records.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "logio/base/utf8.hpp"
#include "wire/byte_block.hpp"
#include "wire/json_scan.hpp"

namespace logio::wire {
namespace {

template <std::size_t N>
bool starts_with(const char* at, const char* end, const char (&word)[N]) noexcept {
  return static_cast<std::size_t>(end - at) >= N - 1 && std::memcmp(at, word, N - 1) == 0;
}

/// Copies [at, end) to `out` up to the first special byte and returns where that is, or `end`.
/// Writes up to a block more than it copies.
template <class Block>
const char* copy_plain(const char* at, const char* end, char* out) noexcept {
  for (; end - at >= Block::bytes; at += Block::bytes, out += Block::bytes) {
    const Block block = Block::load(at);
    block.store(out);
    const std::uint32_t special = block.json_special();
    if (special != 0) return at + std::countr_zero(special);
  }
  while (at != end && !is_json_special(*at)) *out++ = *at++;
  return at;
}

/// The character of `\uXXXX` at `at` (behind the `u`), or -1: cut off, no hex, or a surrogate.
int unicode_escape(const char* at, const char* end) noexcept {
  if (end - at < 4) return -1;
  const int value = hex_value(at[0]) << 12 | hex_value(at[1]) << 8 | hex_value(at[2]) << 4 |
                    hex_value(at[3]);  // negative as soon as one of them is
  return value >= 0xd800 && value < 0xe000 ? -1 : value;
}

struct text {
  std::size_t bytes;
  std::uint8_t flags;
};

/// Decodes the string that begins at `at` (behind its quote) to `out` and returns behind the
/// closing quote. Null: the string is not complete or has something for the general reader.
template <class Block>
const char* decode_text(const char* at, const char* end, char* const out, text& result) noexcept {
  char* to = out;
  const char* last_newline = nullptr;  // in `out`
  bool inner_newline = false;
  for (;;) {
    const char* const plain_end = copy_plain<Block>(at, end, to);
    to += plain_end - at;
    at = plain_end;
    if (end - at < 3) {  // `\n"` or `"}`, so that one test of the length serves for all
      if (end - at < 2 || *at != '"') return nullptr;
    }
    if (*at == '"') break;
    if (*at != '\\') return nullptr;  // a control character
    char c = simple_escape(at[1]);
    if (c != 0) {
      at += 2;
      if (c == '\n' && *at == '"') {  // how nearly every line of the stock client ends
        inner_newline |= last_newline != nullptr;
        if (to != out && to[-1] == '\r') --to;
        last_newline = nullptr;
        break;
      }
    } else {
      const int value = at[1] == 'u' ? unicode_escape(at + 2, end) : -1;
      if (value < 0) return nullptr;
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
  if (last_newline != nullptr && last_newline == to - 1) {  // the escape was \u000a
    --to;
    if (to != out && to[-1] == '\r') --to;
  } else {
    inner_newline |= last_newline != nullptr;
  }
  result.bytes = static_cast<std::size_t>(to - out);
  result.flags = inner_newline ? record::inner_newline : 0;
  return at;
}

/// `Alone`: one record that ends where the bytes end, or none.
template <class Block, bool Alone>
stock_progress add_records(const char* at, const char* end, record::batch_builder& out,
                           record::rfc3339_parser& time, std::size_t text_bytes_max) {
  stock_progress done{at, 0, false};
  for (;;) {
    while (at != end && is_json_space(*at)) ++at;
    done.at = at;
    if (!starts_with(at, end, "{\"time\":\"")) return done;
    std::int64_t time_ns = 0;
    at = time.parse_prefix(at + 9, end, time_ns);
    if (at == nullptr || !starts_with(at, end, "\",\"raw\":\"")) return done;
    at += 9;
    const auto left = static_cast<std::size_t>(end - at);
    const std::size_t room = std::min(left, stock_text_bytes_max);
    text decoded;
    at = decode_text<Block>(at, at + room, out.begin(room + block_bytes_max), decoded);
    if (at == nullptr || at == end || *at != '}') return done;
    if (decoded.bytes > text_bytes_max) return done;
    ++at;
    if (Alone && at != end) return done;
    if (!out.takes(decoded.bytes, 0)) {
      done.batch_full = true;
      return done;
    }
    out.commit({.time_ns = time_ns,
                .text_bytes = static_cast<std::uint32_t>(decoded.bytes),
                .flags = decoded.flags});
    ++done.records;
    if constexpr (Alone) {
      done.at = at;
      return done;
    }
  }
}

#if LOGIO_HAS_AVX2_BLOCK
template <bool Alone>
LOGIO_TARGET_AVX2 stock_progress add_records_avx2(const char* at, const char* end,
                                                  record::batch_builder& out,
                                                  record::rfc3339_parser& time,
                                                  std::size_t text_bytes_max) {
  return add_records<avx2_block, Alone>(at, end, out, time, text_bytes_max);
}
#endif

template <bool Alone>
stock_progress add_with_widest_block(const char* at, const char* end, record::batch_builder& out,
                                     record::rfc3339_parser& time, std::size_t text_bytes_max) {
#if LOGIO_HAS_AVX2_BLOCK
  static const auto add = has_avx2() ? add_records_avx2<Alone> : add_records<base_block, Alone>;
  return add(at, end, out, time, text_bytes_max);
#else
  return add_records<base_block, Alone>(at, end, out, time, text_bytes_max);
#endif
}

}  // namespace

stock_progress add_stock_records(const char* at, const char* end, record::batch_builder& out,
                                 record::rfc3339_parser& time, std::size_t text_bytes_max) {
  return add_with_widest_block<false>(at, end, out, time, text_bytes_max);
}

stock_progress add_stock_line(const char* at, const char* end, record::batch_builder& out,
                              record::rfc3339_parser& time, std::size_t text_bytes_max) {
  return add_with_widest_block<true>(at, end, out, time, text_bytes_max);
}

}  // namespace logio::wire
