/// A part of a snapshot as the lines of a table: chosen, sorted, cut to a width. Pure.
///
/// Lines have no escape sequences but those that `color` asks for; each takes at most `width`
/// columns. What a hub tells is shown harmless: control characters escaped, wide ones counted.
///
/// Thread safety:  free functions: any thread.
/// Limits:         sorts all rows' numbers, renders those that are shown.
/// Source:         ECMA-48 (SGR).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "top_snapshot.hpp"

namespace logio::app {

/// `1234`, `12.3k`, `4.56M`; `-` when it is not known.
std::string short_number(double number);
/// `512 B`, `1.5 KiB`.
std::string short_bytes(double bytes);
/// `0.25s`, `59s`, `3m20s`, `2h5m`, `4d3h`.
std::string short_time(double seconds);

/// `text`, harmless, in at most `width` columns; what is cut off at its end is `…`, or `~` without
/// UTF-8. Then other characters than ASCII are `?`.
std::string cut_text(std::string_view text, std::size_t width, bool utf8);
/// How many columns it takes.
std::size_t width_of(std::string_view text);

struct top_look {
  config::top_part part = config::top_part::topics;
  std::size_t sort = 0;  ///< a column
  bool reversed = false;
  bool color = false, utf8 = true;
  std::function<bool(std::string_view)> wanted;  ///< asked for each text; empty: all
};

/// By rate, where there is one.
std::size_t usual_sort(config::top_part part);
/// Which column `--sort` means; the table's size when none.
std::size_t find_sort(config::top_part part, std::string_view word);

/// The rows to show, in order: numbers from the greatest, texts from the least.
std::vector<const top_row*> choose_rows(const top_snapshot& of, const top_look& look);

/// The head first, then the rows given. A width of 0 is as much as the texts need.
std::vector<std::string> draw_table(std::span<const top_row* const> rows, const top_look& look,
                                    std::size_t width);

}  // namespace logio::app
