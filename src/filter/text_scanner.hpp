/// Finds which of many texts are in a line, in one scan.
///
/// Of each text three adjacent bytes, its window, are in a table; the scan looks up the three bytes
/// at every place of the line, and compares the whole text only where a window was hit. The windows
/// are chosen to be rare in logs and to differ between the texts, so that a thousand texts with one
/// long common beginning still cost one look-up a place.
///
///     text    "GET /api/orders"            line  … "GET /cart/7 200" …
///     window           "rd"+"e"  ──hash──► bit table (miss: next place) ──► chain ──► compare
///
/// Ownership:      owns its texts.
/// Thread safety:  const members from any thread.
/// Limits:         8 KiB of tables up to 128 texts; from there 64 bytes for each.
/// Source:         Rabin and Karp's search for many patterns, with a filter of one bit a hash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace logio::filter {

class text_scanner {
 public:
  static constexpr std::size_t text_bytes_min = 3;

  text_scanner() = default;

  /// REQUIRES: each text has at least text_bytes_min bytes.
  explicit text_scanner(std::vector<std::string> texts);

  bool empty() const noexcept { return texts_.empty(); }

  /// Calls `visit(index)` for each text that is in the line; more than once when it is there more
  /// than once.
  template <class Visit>
  void scan(std::string_view line, Visit&& visit) const;

 private:
  struct entry {
    std::uint32_t text;    // index
    std::uint32_t offset;  // of the window within the text
    std::uint32_t next;    // entry of the same chain
  };
  static constexpr std::uint32_t none = UINT32_MAX;
  static constexpr std::size_t places_at_once = 8;

  static std::uint32_t window_at(const char* from) noexcept {
    return static_cast<unsigned char>(from[0]) |
           std::uint32_t{static_cast<unsigned char>(from[1])} << 8 |
           std::uint32_t{static_cast<unsigned char>(from[2])} << 16;
  }
  std::uint32_t hash(std::uint32_t window) const noexcept {
    return (window * 0x9E3779B1U) >> hash_shift_;
  }
  bool is_hit(std::uint32_t hashed) const noexcept {
    return (bits_[hashed / 64] >> (hashed % 64) & 1) != 0;
  }
  template <class Visit>
  void visit_chain(std::string_view line, std::size_t place, Visit& visit) const;
  std::size_t choose_window(std::string_view text) const;

  std::vector<std::string> texts_;
  std::vector<entry> entries_;
  std::vector<std::uint32_t> chains_;  // first entry, by the hash's lowest bits
  std::vector<std::uint64_t> bits_;    // one for each hash
  unsigned hash_shift_ = 31;
};

template <class Visit>
void text_scanner::visit_chain(std::string_view line, std::size_t place, Visit& visit) const {
  const std::uint32_t hashed = hash(window_at(line.data() + place));
  for (std::uint32_t at = chains_[hashed & (chains_.size() - 1)]; at != none;
       at = entries_[at].next) {
    const std::string& text = texts_[entries_[at].text];
    const std::size_t offset = entries_[at].offset;
    if (offset <= place && line.substr(place - offset, text.size()) == text) {
      visit(std::size_t{entries_[at].text});
    }
  }
}

template <class Visit>
void text_scanner::scan(std::string_view line, Visit&& visit) const {
  if (texts_.empty() || line.size() < text_bytes_min) return;
  const std::size_t places = line.size() - text_bytes_min + 1;
  std::size_t place = 0;
  for (; place + places_at_once < places; place += places_at_once) {
    std::uint32_t hits = 0;
    for (std::size_t i = 0; i < places_at_once; ++i) {
      std::uint32_t word;  // one byte more than the window: there is one, by the loop's `<`
      std::memcpy(&word, line.data() + place + i, sizeof word);
      hits |= std::uint32_t{is_hit(hash(word & 0xFFFFFF))} << i;
    }
    for (; hits != 0; hits &= hits - 1) {
      visit_chain(line, place + static_cast<std::size_t>(__builtin_ctz(hits)), visit);
    }
  }
  for (; place < places; ++place) {
    if (is_hit(hash(window_at(line.data() + place)))) visit_chain(line, place, visit);
  }
}

}  // namespace logio::filter
