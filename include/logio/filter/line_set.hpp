/// The line patterns of many filters, asked about one line in one pass.
///
/// A hub with a hundred `log=` subscribers would read each line a hundred times. A line set reads
/// it about once: it keeps each distinct pattern once, looks in one scan for the texts that the
/// patterns' matches must hold, and runs RE2 only for patterns whose text was there. Patterns
/// without such a text (`[0-9]+`, `(?i)error`) run together as one automaton while that is cheaper
/// than one by one.
///
/// A set does not change. When filters come or go the owner builds a new one from the filters,
/// which stay compiled: building costs the tables and the joint automaton, not the patterns.
///
/// Ownership:      shares the filters' compiled bodies; the filters may go.
/// Thread safety:  match() is const and may run on any thread at the same time, each with its own
///                 `line_matches`.
/// Errors:         none; where the joint automaton runs out of memory, patterns run one by one.
/// Limits:         any number of filters; about 0.5 KiB for each, 8 MiB for the automaton.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "logio/filter/filter.hpp"

namespace logio::filter {

/// Which filters of a line_set matched, and the room that finding it out needs: kept by the caller
/// and used again, so that a match allocates nothing. Bit i of the row is filter i.
class line_matches {
 public:
  bool any() const noexcept;
  bool test(std::size_t index) const noexcept {
    return index / 64 < row_.size() && (row_[index / 64] >> (index % 64) & 1) != 0;
  }
  std::span<const std::uint64_t> row() const noexcept { return row_; }

  /// Calls `visit(index)` for each filter that matched, in ascending order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t word = 0; word < row_.size(); ++word) {
      for (std::uint64_t bits = row_[word]; bits != 0; bits &= bits - 1) {
        visit(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
      }
    }
  }

 private:
  friend class line_set;

  void make_room(std::uint64_t set, std::size_t row_words, std::size_t patterns,
                 std::size_t filters);
  void begin_line() noexcept;

  std::vector<std::uint64_t> row_;        // the answer
  std::vector<std::uint64_t> barred_;     // filters of which an `exclude` pattern was found
  std::vector<std::uint64_t> tried_;      // patterns whose answer for this line is known
  std::vector<std::uint32_t> satisfied_;  // per filter: `log` patterns found in this line
  std::vector<int> joint_;                // what the joint automaton found
  bool counted_ = false;                  // satisfied_ and barred_ are not all zero
  std::uint32_t joint_failures_ = 0;      // times that the automaton of `set_` ran out of memory
  std::uint64_t set_ = 0;                 // number of the set that the room was made for
};

class line_set {
 public:
  /// Without filters.
  line_set();

  /// Filter i of `filters` is bit i. Filters without line patterns are allowed: they always match.
  explicit line_set(std::span<const filter> filters);

  std::size_t size() const noexcept;

  /// Words of a row of bits: (size() + 63) / 64.
  std::size_t row_words() const noexcept { return (size() + 63) / 64; }

  /// Afterwards bit i of `out` is set when filter i matches the line and bit i of `wanted` is set:
  /// the owner knows which filters want the record's topic, and no pattern runs for the others.
  /// REQUIRES: wanted.size() == row_words().
  void match(std::string_view text, std::span<const std::uint64_t> wanted, line_matches& out) const;

  /// The same with every filter wanted.
  void match(std::string_view text, line_matches& out) const;

 private:
  struct body;

  std::shared_ptr<const body> body_;
};

}  // namespace logio::filter
