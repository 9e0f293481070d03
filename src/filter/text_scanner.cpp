#include "text_scanner.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "find_text.hpp"
#include "logio/base/result.hpp"

namespace logio::filter {

// Windows are read as machine words; the first byte must be the lowest for the mask of three.
static_assert(std::endian::native == std::endian::little);

text_scanner::text_scanner(std::vector<std::string> texts) : texts_(std::move(texts)) {
  tables_[0].window_bytes = 3;
  tables_[0].mask = 0xFFFFFF;
  tables_[1].stride = 4;
  tables_[2].stride = 8;
  std::array<std::vector<std::uint32_t>, 3> members;
  for (std::uint32_t index = 0; index < texts_.size(); ++index) {
    const std::size_t length = texts_[index].size();
    LOGIO_ASSERT(length >= text_bytes_min, "a text of the scanner has a whole window");
    std::size_t which = tables_.size() - 1;
    while (length < tables_[which].stride + tables_[which].window_bytes - 1) --which;
    members[which].push_back(index);
  }
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (!members[i].empty())
      fill(tables_[i], members[i]);
  }
}

void text_scanner::fill(table& t, const std::vector<std::uint32_t>& members) {
  constexpr std::size_t hashes_per_window = 256;  // a strange window is a hit once in 256
  constexpr std::size_t hashes_min = std::size_t{1} << 16;
  constexpr std::size_t hashes_max = std::size_t{1} << 22;
  const std::size_t windows = members.size() * t.stride;
  const std::size_t hashes =
      std::bit_ceil(std::clamp(windows * hashes_per_window, hashes_min, hashes_max));
  t.hash_shift = 32 - static_cast<unsigned>(std::countr_zero(hashes));
  t.bits.resize(hashes / 64);
  t.chains.assign(std::bit_ceil(windows * 2), none);
  t.entries.reserve(windows);
  for (const std::uint32_t index : members) {
    const std::string& text = texts_[index];
    const std::size_t first = choose_windows(t, text);
    for (std::size_t offset = first; offset < first + t.stride; ++offset) {
      const std::uint32_t hash = t.hash_at(text.data() + offset, text.size() - offset);
      t.bits[hash / 64] |= std::uint64_t{1} << (hash % 64);
      std::uint32_t& chain = t.chains[hash & (t.chains.size() - 1)];
      t.entries.push_back({index, static_cast<std::uint32_t>(offset), chain});
      chain = static_cast<std::uint32_t>(t.entries.size() - 1);
    }
  }
}

/// The offset of the first window: the longest chain that its windows join is the shortest there
/// is; among equals the rarest bytes.
std::size_t text_scanner::choose_windows(const table& t, std::string_view text) const {
  constexpr std::size_t offsets_max = 64;  // enough to choose from
  constexpr std::size_t stride_max = 8;
  constexpr std::size_t chain_max = 32;  // longer ones count as equal
  const std::size_t span = t.stride + t.window_bytes - 1;
  const std::size_t offsets = std::min(text.size() - span + 1, offsets_max);
  std::array<std::size_t, offsets_max + stride_max> chains;  // by the window's offset
  for (std::size_t offset = 0; offset < offsets + t.stride - 1; ++offset) {
    const std::uint32_t hash = t.hash_at(text.data() + offset, text.size() - offset);
    std::size_t length = 0;
    for (std::uint32_t at = t.has(hash) ? t.first(hash) : none; at != none && length < chain_max;
         at = t.entries[at].next) {
      ++length;
    }
    chains[offset] = length;
  }
  std::size_t best = 0;
  std::pair<std::size_t, std::size_t> best_cost{SIZE_MAX, 0};
  for (std::size_t first = 0; first < offsets; ++first) {
    const auto* const begin = chains.data() + first;
    std::pair<std::size_t, std::size_t> cost{*std::max_element(begin, begin + t.stride), 0};
    for (std::size_t i = 0; i < span; ++i) {
      cost.second += commonness(static_cast<unsigned char>(text[first + i]));
    }
    if (cost < best_cost) {
      best_cost = cost;
      best = first;
    }
  }
  return best;
}

}  // namespace logio::filter
