#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logio::bench {

/// The lines that a publisher sends, as a pure function of (publisher, block, index).
///
/// A publisher's lines come in blocks of 100. Everything that changes from block to block (the
/// time's milliseconds, the sequence's upper digits, a checksum of both) is the same in all lines
/// of the block; everything that changes from line to line (the sequence's last two digits, the
/// filler, the time's digits below the millisecond) is the same in each block. So a block is made
/// by patching three short fields into an image, and checked by comparing with one:
///
///     0007 0000001234  42 GET /orders/... the filler of index 42 ...  9f31c2aa
///     '--' '--------'  '-------------------------------------------'  '------'
///     publisher block            middle(42), from a table             checksum(publisher, block)
///
/// The text is 128 bytes long (in the plain series), and no two lines of a run are equal.
///
/// Thread safety: immutable after construction.
class series {
 public:
  /// `plain`: printable ASCII that JSON need not escape. `mixed`: in one line of ten the text has
  /// escapes, `\u003c`, non-ASCII and an inner newline.
  enum class kind { plain, mixed };

  static constexpr std::size_t block_lines = 100;
  static constexpr std::size_t text_bytes = 128;
  static constexpr std::size_t publishers_max = 10'000;
  /// "0007 00001234": the publisher, a space, the block.
  static constexpr std::size_t lead_bytes = 13;
  static constexpr std::size_t checksum_bytes = 8;

  series(kind which, std::uint64_t seed);

  /// The text between lead and checksum of the line at `index`, as a publisher means it.
  std::string_view middle(std::size_t index) const { return middle_[index]; }
  /// The same as the inside of a JSON string, in the stock client's spelling.
  std::string_view middle_json(std::size_t index) const { return middle_json_[index]; }
  /// The same as the text format renders it: a TAB after each inner newline.
  std::string_view middle_shown(std::size_t index) const { return middle_shown_[index]; }
  /// The digits of the time below the millisecond, without trailing zeros, as RFC3339Nano has it.
  std::string_view low_digits(std::size_t index) const { return low_digits_[index]; }
  /// The same with all six digits.
  std::string_view low_digits_full(std::size_t index) const { return low_digits_full_[index]; }

 private:
  std::array<std::string, block_lines> middle_;
  std::array<std::string, block_lines> middle_json_;
  std::array<std::string, block_lines> middle_shown_;
  std::array<std::string, block_lines> low_digits_;
  std::array<std::string, block_lines> low_digits_full_;
};

/// How a time is written; each style is constant within a block.
enum class time_style {
  none,
  rfc3339_ms,  ///< 2026-11-21T01:45:53.955
  unix_ms,     ///< 1795225553955
  bsd          ///< Nov 21 01:45:53
};

/// The length of a time in this style.
std::size_t time_bytes(time_style style);

/// Writes the time of `block` (one millisecond each) in `style` to `out`.
void put_time(char* out, time_style style, std::uint64_t block);

/// Writes "0007 00001234" to `out`.
void put_lead(char* out, std::uint32_t publisher, std::uint64_t block);

/// Writes the 8 hex digits that tie a line's end to its publisher and block.
void put_checksum(char* out, std::uint32_t publisher, std::uint64_t block);

/// Writes the lowest `digits` decimal digits of `value`.
void put_decimal(char* out, std::uint64_t value, std::size_t digits);

/// Reads `digits` decimal digits; -1 when one is none.
std::int64_t get_decimal(const char* in, std::size_t digits);

}  // namespace logio::bench
