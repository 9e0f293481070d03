#include "find_text.hpp"

#include <array>
#include <cstring>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logio::filter {
namespace {

constexpr std::array<std::uint8_t, 256> make_commonness() {
  constexpr std::string_view by_frequency = " etaoinsr0dl1ch2u3m5.4p-:f6g7/8y9\"wb=v,k_()[]";
  std::array<std::uint8_t, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool lower = byte >= 'a' && byte <= 'z';
    // UTF-8 has few different lead bytes, each common where it is used.
    table[byte] = upper ? 60 : lower ? 50 : byte < 0x80 ? 40 : 80;
  }
  std::uint8_t next = 255;
  for (const char c : by_frequency) {
    table[static_cast<unsigned char>(c)] = next;
    next = static_cast<std::uint8_t>(next - 3);
  }
  return table;
}

/// glibc's memmem is linear in the worst case, and slower than SIMD in the usual one.
bool found_by_library(std::string_view line, std::string_view text) noexcept {
  return ::memmem(line.data(), line.size(), text.data(), text.size()) != nullptr;
}

#if defined(__SSE2__)
constexpr std::size_t lane_bytes = 16;
constexpr std::size_t misses_min = 32;  // before the probes are taken to be badly chosen

/// Bit i is set when line[i + near] and line[i + far] both are the probed bytes.
unsigned candidates(const char* at, std::size_t near, std::size_t far, __m128i near_byte,
                    __m128i far_byte) noexcept {
  const auto load = [](const char* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  };
  const __m128i near_equal = _mm_cmpeq_epi8(load(at + near), near_byte);
  const __m128i far_equal = _mm_cmpeq_epi8(load(at + far), far_byte);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(near_equal, far_equal)));
}
#endif

}  // namespace

std::uint8_t commonness(unsigned char byte) noexcept {
  static constexpr std::array<std::uint8_t, 256> table = make_commonness();
  return table[byte];
}

text_finder::text_finder(std::string text) : text_(std::move(text)) {
  const auto cost = [this](std::size_t at) {
    return commonness(static_cast<unsigned char>(text_[at]));
  };
  if (text_.size() < 2)
    return;
  near_ = 0, far_ = 1;
  if (cost(far_) < cost(near_))
    std::swap(near_, far_);  // near_: the rarest so far
  for (std::size_t at = 2; at < text_.size(); ++at) {
    if (cost(at) < cost(near_)) {
      far_ = std::exchange(near_, at);
    } else if (cost(at) < cost(far_) && text_[at] != text_[near_]) {
      far_ = at;
    }
  }
  if (far_ < near_)
    std::swap(near_, far_);
}

bool text_finder::found_in(std::string_view line) const noexcept {
  const std::size_t length = text_.size();
  if (length < 2) {
    return length == 0 ||
           (!line.empty() && std::memchr(line.data(), text_[0], line.size()) != nullptr);
  }
#if defined(__SSE2__)
  if (line.size() < length)
    return false;
  if (line.size() < far_ + lane_bytes)
    return found_by_library(line, text_);
  const __m128i near_byte = _mm_set1_epi8(text_[near_]);
  const __m128i far_byte = _mm_set1_epi8(text_[far_]);
  const std::size_t last_start = line.size() - length;
  const std::size_t last_block = line.size() - far_ - lane_bytes;  // where a load still fits
  std::size_t misses = 0;
  for (std::size_t block = 0;;) {
    unsigned hits = candidates(line.data() + block, near_, far_, near_byte, far_byte);
    for (; hits != 0; hits &= hits - 1) {
      const std::size_t start = block + static_cast<std::size_t>(__builtin_ctz(hits));
      if (start > last_start)
        break;
      if (std::memcmp(line.data() + start, text_.data(), length) == 0)
        return true;
      // `xxxx…a` in a line of x would compare the whole text at every place.
      if (++misses > misses_min + block / lane_bytes) {
        return found_by_library(line.substr(start + 1), text_);
      }
    }
    // The last block overlaps the one before; it holds every start that is left, because far_ is
    // at most length - 1.
    if (block == last_block || block + lane_bytes > last_start)
      return false;
    block = block + lane_bytes < last_block ? block + lane_bytes : last_block;
  }
#else
  return found_by_library(line, text_);
#endif
}

}  // namespace logio::filter
