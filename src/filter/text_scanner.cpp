#include "text_scanner.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "find_text.hpp"
#include "logio/base/result.hpp"

namespace logio::filter {

// The scan reads windows as machine words.
static_assert(std::endian::native == std::endian::little);

text_scanner::text_scanner(std::vector<std::string> texts) : texts_(std::move(texts)) {
  constexpr std::size_t bits_per_text = 256;  // a strange window is a hit once in 256
  constexpr std::size_t hashes_min = 32 * 1024;
  constexpr std::size_t hashes_max = 4 * 1024 * 1024;
  const std::size_t hashes =
      std::bit_ceil(std::clamp(texts_.size() * bits_per_text, hashes_min, hashes_max));
  hash_shift_ = 32 - static_cast<unsigned>(std::countr_zero(hashes));
  bits_.resize(hashes / 64);
  chains_.assign(std::bit_ceil(std::max<std::size_t>(texts_.size() * 2, 64)), none);
  entries_.reserve(texts_.size());
  for (std::uint32_t index = 0; index < texts_.size(); ++index) {
    const std::string& text = texts_[index];
    LOGIO_ASSERT(text.size() >= text_bytes_min, "a text of the scanner has a whole window");
    const std::size_t offset = choose_window(text);
    const std::uint32_t hashed = hash(window_at(text.data() + offset));
    bits_[hashed / 64] |= std::uint64_t{1} << (hashed % 64);
    std::uint32_t& chain = chains_[hashed & (chains_.size() - 1)];
    entries_.push_back({index, static_cast<std::uint32_t>(offset), chain});
    chain = static_cast<std::uint32_t>(entries_.size() - 1);
  }
}

/// The offset of the window with the shortest chain so far; among equals the rarest one.
std::size_t text_scanner::choose_window(std::string_view text) const {
  constexpr std::size_t windows_max = 64;  // enough to choose from
  constexpr std::size_t chain_max = 64;    // longer ones count as equal
  std::size_t best = 0;
  std::pair<std::size_t, unsigned> best_cost{SIZE_MAX, 0};
  const std::size_t windows = std::min(text.size() - text_bytes_min + 1, windows_max);
  for (std::size_t offset = 0; offset < windows; ++offset) {
    const std::uint32_t hashed = hash(window_at(text.data() + offset));
    std::size_t chain = 0;
    for (std::uint32_t at = is_hit(hashed) ? chains_[hashed & (chains_.size() - 1)] : none;
         at != none && chain < chain_max; at = entries_[at].next) {
      ++chain;
    }
    unsigned common = 0;
    for (std::size_t i = 0; i < text_bytes_min; ++i) {
      common += commonness(static_cast<unsigned char>(text[offset + i]));
    }
    const std::pair<std::size_t, unsigned> cost{chain, common};
    if (cost < best_cost) {
      best_cost = cost;
      best = offset;
    }
  }
  return best;
}

}  // namespace logio::filter
