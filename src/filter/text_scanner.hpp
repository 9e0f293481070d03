/// Finds which of many texts are in a line, in one scan.
///
/// A window is three or four adjacent bytes. The scan looks up the window at every STRIDE-th place
/// of the line, and compares whole texts only where one is in the table. So that a text is found
/// wherever it stands, the table has STRIDE windows of it, one behind the other: one of them lies
/// at a place that is looked up. Long texts allow long strides; there is one table for each of
/// three strides.
///
///     line      … accepted order 5000037 failed …      stride 8: looked up at 0, 8, 16, 24 …
///     places      |       |       |       |
///     text              order 5000037 failed
///     its windows          [5000][0003][0037] … 8 of them: one begins at a place
///
/// Which windows of a text are taken is chosen so that they are rare in logs and differ from those
/// of the other texts: a thousand texts with one long common beginning still cost a look-up a
/// place.
///
/// Ownership:      owns its texts.
/// Thread safety:  const members from any thread.
/// Limits:         8 KiB for each table in use up to 256 windows; from there about 50 bytes a
/// window. Source:         q-gram sampling (Wu and Manber's "agrep" family), with one bit a hash as
/// filter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

  /// Calls `visit(index)` for each text that is in the line; more than once when it is there more
  /// than once.
  template <class Visit>
  void scan(std::string_view line, Visit&& visit) const {
    scan_table<1>(tables_[0], line, visit);
    scan_table<4>(tables_[1], line, visit);
    scan_table<8>(tables_[2], line, visit);
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct entry {
    std::uint32_t text;    // index
    std::uint32_t offset;  // of the window within the text
    std::uint32_t next;    // entry of the same chain
  };

  struct table {
    std::size_t stride = 1;
    std::size_t window_bytes = 4;  // 3 or 4
    std::uint32_t mask = UINT32_MAX;
    unsigned hash_shift = 31;
    std::vector<std::uint64_t> bits;    // one for each hash; empty: no text is in this table
    std::vector<std::uint32_t> chains;  // first entry, by the hash's lowest bits
    std::vector<entry> entries;

    /// REQUIRES: window_bytes bytes at `from`, and 4 where window_bytes is 4.
    std::uint32_t hash_at(const char* from, std::size_t readable) const noexcept {
      std::uint32_t window = 0;
      std::memcpy(&window, from, readable >= 4 ? 4 : 3);
      return ((window & mask) * 0x9E3779B1U) >> hash_shift;
    }
    bool has(std::uint32_t hash) const noexcept {
      return (bits[hash / 64] >> (hash % 64) & 1) != 0;
    }
    std::uint32_t first(std::uint32_t hash) const noexcept {
      return chains[hash & (chains.size() - 1)];
    }
  };

  void fill(table& t, const std::vector<std::uint32_t>& members);
  std::size_t choose_windows(const table& t, std::string_view text) const;

  template <class Visit>
  void visit_place(const table& t, std::string_view line, std::size_t place, Visit& visit) const;
  template <std::size_t Stride, class Visit>
  void scan_table(const table& t, std::string_view line, Visit& visit) const;

  std::vector<std::string> texts_;
  std::array<table, 3> tables_;
};

template <class Visit>
void text_scanner::visit_place(const table& t, std::string_view line, std::size_t place,
                               Visit& visit) const {
  const std::uint32_t hash = t.hash_at(line.data() + place, line.size() - place);
  for (std::uint32_t at = t.first(hash); at != none; at = t.entries[at].next) {
    const entry& e = t.entries[at];
    const std::string& text = texts_[e.text];
    if (e.offset <= place && line.substr(place - e.offset, text.size()) == text) {
      visit(std::size_t{e.text});
    }
  }
}

template <std::size_t Stride, class Visit>
void text_scanner::scan_table(const table& t, std::string_view line, Visit& visit) const {
  constexpr std::size_t places_at_once = 8;  // independent of each other: they overlap in time
  if (t.bits.empty())
    return;
  std::size_t place = 0;
  for (; place + (places_at_once - 1) * Stride + 4 <= line.size();
       place += places_at_once * Stride) {
    std::uint32_t hits = 0;
    for (std::size_t i = 0; i < places_at_once; ++i) {
      hits |= std::uint32_t{t.has(t.hash_at(line.data() + place + i * Stride, 4))} << i;
    }
    for (; hits != 0; hits &= hits - 1) {
      visit_place(t, line, place + static_cast<std::size_t>(__builtin_ctz(hits)) * Stride, visit);
    }
  }
  for (; place + t.window_bytes <= line.size(); place += Stride) {
    if (t.has(t.hash_at(line.data() + place, line.size() - place))) {
      visit_place(t, line, place, visit);
    }
  }
}

}  // namespace logio::filter
