#include "wire/line_records.hpp"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logio::wire {
namespace {

constexpr std::size_t block_bytes = 16;

/// Copies [at, end) to `out` up to the first newline, which is left; writes up to block_bytes more
/// than it copies. False when there is none.
bool copy_line(const char*& at, const char* end, char*& out) noexcept {
#if defined(__SSE2__)
  const __m128i newline = _mm_set1_epi8('\n');
  while (end - at >= static_cast<std::ptrdiff_t>(block_bytes)) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(block, newline));
    if (bits != 0) {
      const int plain = __builtin_ctz(static_cast<unsigned>(bits));
      at += plain;
      out += plain;
      return true;
    }
    at += block_bytes;
    out += block_bytes;
  }
#endif
  while (at != end && *at != '\n') *out++ = *at++;
  return at != end;
}

}  // namespace

std::size_t parse_stamp(const char* at, const char* end, std::int64_t& time_ns) noexcept {
  const char* p = at;
  const char* const last = at + std::min<std::ptrdiff_t>(end - at, stamp_bytes_max - 1);
  std::uint64_t number = 0;
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
  line_progress done{at, 0, false};
  record::head head;
  head.time_ns = arrival_ns;
  head.flags = stamped ? 0 : record::arrival_time;
  for (;;) {
    done.at = at;
    if (stamped) {
      const std::size_t stamp = parse_stamp(at, end, head.time_ns);
      if (stamp == 0) return done;
      at += stamp;
    }
    const std::size_t room = std::min(static_cast<std::size_t>(end - at), line_fast_bytes_max);
    char* const text = out.begin(room + block_bytes);
    char* to = text;
    if (!copy_line(at, at + room, to)) return done;
    ++at;
    if (to != text && to[-1] == '\r') --to;
    const auto bytes = static_cast<std::size_t>(to - text);
    if (bytes > text_bytes_max) return done;
    if (!out.takes(bytes, 0)) {
      done.batch_full = true;
      return done;
    }
    head.text_bytes = static_cast<std::uint32_t>(bytes);
    out.commit(head);
    ++done.records;
  }
}

}  // namespace logio::wire
