/// What a hub's own pages say at one time, as `top` shows it: rows of texts and numbers by part,
/// and what has changed since the look before.
///
/// Ownership:      owns its values; nothing of the pages is kept but their text, if asked for.
/// Thread safety:  distinct objects; read by many once it is made.
/// Errors:         read_page() gives one line: what a page has that no hub would send.
/// Limits:         as json_document has them, for each page; a row of topics takes about 300 bytes
///                 and its names.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/top_options.hpp"

namespace logio::app {

enum class top_form : std::uint8_t { text, count, bytes, seconds, age, rate, byte_rate };

/// A table's column. Texts come first, then numbers.
struct top_column {
  std::string_view title;  ///< its word for --sort, too, in small letters
  std::string_view field;  ///< of the hub's object; a rate's is the counter that it is of
  top_form form = top_form::text;
  std::uint8_t rank = 0;   ///< the higher, the sooner it gives way in a narrow terminal
  bool alarming = false;   ///< stands out when it is not 0
};

std::span<const top_column> columns_of(config::top_part part) noexcept;
std::string_view name_of(config::top_part part) noexcept;

/// The number is none: not known, or not yet.
bool is_known(double number) noexcept;

struct top_row {
  std::string key;  ///< tells it from others, in each look
  std::vector<std::string> texts;
  std::vector<double> numbers;

  std::string_view text(std::size_t column) const { return texts[column]; }
  double number(std::size_t column) const { return numbers[column - texts.size()]; }
};

struct top_flow {
  double records = 0, bytes = 0;  ///< per second
};

struct top_snapshot {
  static constexpr std::size_t pages = config::top_parts + 1;

  std::array<std::string, pages> page_texts;  ///< the status first; empty unless asked for
  std::array<std::vector<top_row>, config::top_parts> rows;
  std::string version, epoch, stalled, marathon_state;
  std::uint64_t position = 0;
  double uptime_seconds = 0, ring_bytes = 0, ring_used_bytes = 0, journal_bytes = 0;
  double publishers = 0, subscribers = 0, topics = 0;
  bool has_journal = false;
  std::int64_t hub_now_ns = 0;  ///< its clock, so that ages do not depend on this machine's
  std::chrono::steady_clock::time_point taken;

  double seconds = 0;  ///< since the look before; 0: there is none
  bool restarted = false;
  top_flow in, out;
  double lost_records = 0;  ///< dropped or missed since then, all readers and sinks
  double lag_records = 0;   ///< of all readers and sinks

  const std::vector<top_row>& of(config::top_part part) const {
    return rows[static_cast<std::size_t>(part)];
  }
};

/// `/v1/status` for 0, then the parts' in their order.
std::string_view path_of(std::size_t page) noexcept;

/// Adds what the page has; they come in their order.
std::optional<std::string> read_page(top_snapshot& to, std::size_t page, std::string text,
                                     bool keep_text);

/// Makes the rates: `before` may be of another run of the hub, or none.
void compare(top_snapshot& now, const top_snapshot* before);

}  // namespace logio::app
