#include "wire/line_records.hpp"

#include <algorithm>
#include <bit>

#include "logio/base/digits.hpp"
#include "wire/byte_block.hpp"

namespace logio::wire {
namespace {

/// Copies [at, end) to `out` up to the first newline, which is left; writes up to a block more
/// than it copies. False when there is none.
template <class Block>
bool copy_line(const char*& at, const char* end, char*& out) noexcept {
  while (end - at >= Block::bytes) {
    const Block block = Block::load(at);
    block.store(out);
    const std::uint32_t newlines = block.newline();
    if (newlines != 0) {
      const int plain = std::countr_zero(newlines);
      at += plain;
      out += plain;
      return true;
    }
    at += Block::bytes;
    out += Block::bytes;
  }
  while (at != end && *at != '\n') *out++ = *at++;
  return at != end;
}

template <class Block>
line_progress add_lines(const char* at, const char* end, record::batch_builder& out, bool stamped,
                        std::int64_t arrival_ns, std::size_t text_bytes_max) {
  line_progress done{at, 0, false};
  std::int64_t time_ns = arrival_ns;
  const std::uint8_t flags = stamped ? 0 : record::arrival_time;
  for (;;) {
    done.at = at;
    if (stamped) {
      const std::size_t stamp = parse_stamp(at, end, time_ns);
      if (stamp == 0) return done;
      at += stamp;
    }
    const std::size_t room = std::min(static_cast<std::size_t>(end - at), line_fast_bytes_max);
    char* const text = out.begin(room + block_bytes_max);
    char* to = text;
    if (!copy_line<Block>(at, at + room, to)) return done;
    ++at;
    if (to != text && to[-1] == '\r') --to;
    const auto bytes = static_cast<std::size_t>(to - text);
    if (bytes > text_bytes_max) return done;
    if (!out.takes(bytes, 0)) {
      done.batch_full = true;
      return done;
    }
    out.commit({.time_ns = time_ns,
                .text_bytes = static_cast<std::uint32_t>(bytes),
                .flags = flags});
    ++done.records;
  }
}

#if LOGIO_HAS_AVX2_BLOCK
LOGIO_TARGET_AVX2 line_progress add_lines_avx2(const char* at, const char* end,
                                               record::batch_builder& out, bool stamped,
                                               std::int64_t arrival_ns,
                                               std::size_t text_bytes_max) {
  return add_lines<avx2_block>(at, end, out, stamped, arrival_ns, text_bytes_max);
}
#endif

}  // namespace

std::size_t parse_stamp(const char* at, const char* end, std::int64_t& time_ns) noexcept {
  const char* p = at;
  const char* const last = at + std::min<std::ptrdiff_t>(end - at, stamp_bytes_max - 1);
  std::uint64_t number = 0;
  for (int i = 0; i < 2 && last - p >= 8; ++i, p += 8) {
    const std::uint64_t eight = base::load_8_bytes(p);
    if (!base::is_8_digits(eight)) break;
    number = number * 100'000'000 + base::value_of_8_digits(eight);
  }
  while (p != last && *p >= '0' && *p <= '9') {
    number = number * 10 + static_cast<std::uint64_t>(*p++ - '0');
  }
  if (p == at || p == end || *p != ' ' || number > INT64_MAX) return 0;
  time_ns = static_cast<std::int64_t>(number);
  return static_cast<std::size_t>(p + 1 - at);
}

line_progress add_line_records(const char* at, const char* end, record::batch_builder& out,
                               bool stamped, std::int64_t arrival_ns,
                               std::size_t text_bytes_max) {
#if LOGIO_HAS_AVX2_BLOCK
  static const auto add = has_avx2() ? add_lines_avx2 : add_lines<base_block>;
  return add(at, end, out, stamped, arrival_ns, text_bytes_max);
#else
  return add_lines<base_block>(at, end, out, stamped, arrival_ns, text_bytes_max);
#endif
}

}  // namespace logio::wire
