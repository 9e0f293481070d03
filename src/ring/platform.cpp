#include "logio/ring/platform.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>

namespace logio::ring {

#if defined(__SSE2__)

void copy_past_cache(std::byte* to, const void* from, std::size_t bytes) noexcept {
  constexpr std::size_t line = 64;  // bytes; a whole one goes out as one burst
  const auto* at = static_cast<const std::byte*>(from);
  const std::size_t off = reinterpret_cast<std::uintptr_t>(to) % line;
  const std::size_t head = std::min(bytes, (line - off) % line);
  if (head > 0) std::memcpy(to, at, head);
  to += head;
  at += head;
  bytes -= head;
  for (; bytes >= line; to += line, at += line, bytes -= line) {
    const auto* read = reinterpret_cast<const __m128i*>(at);
    auto* write = reinterpret_cast<__m128i*>(to);
    const __m128i quarters[] = {_mm_loadu_si128(read), _mm_loadu_si128(read + 1),
                                _mm_loadu_si128(read + 2), _mm_loadu_si128(read + 3)};
    for (std::size_t i = 0; i < 4; ++i) _mm_stream_si128(write + i, quarters[i]);
  }
  if (bytes > 0) std::memcpy(to, at, bytes);
  // Such stores are ordered with nothing, not even with a release.
  _mm_sfence();
}

#else

void copy_past_cache(std::byte* to, const void* from, std::size_t bytes) noexcept {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

#endif

}  // namespace logio::ring
