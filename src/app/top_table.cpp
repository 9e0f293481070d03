#include "top_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "logio/base/display_width.hpp"
#include "terminal_text.hpp"

namespace logio::app {
namespace {

constexpr std::size_t table_name_least = 20, table_text_least = 10, table_gap = 2;
constexpr std::string_view table_alarm = "\x1b[31m", table_waits = "\x1b[33m",
                           table_bold = "\x1b[1m", table_plain = "\x1b[0m";

std::string scaled(double value, double step, std::span<const std::string_view> units) {
  std::size_t unit = 0;
  while (value >= step * 0.9995 && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  if (unit == 0) {
    const bool whole = value >= 100 || value == static_cast<double>(static_cast<int>(value));
    return fmt::format("{:.{}f}{}", value, whole ? 0 : 1, units[0]);
  }
  return fmt::format("{:.{}f}{}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, units[unit]);
}

std::string cell_text(const top_row& row, std::size_t at, const top_column& column) {
  if (column.form == top_form::text) return std::string(row.text(at));
  const double number = row.number(at);
  switch (column.form) {
    case top_form::bytes:
    case top_form::byte_rate: return short_bytes(number);
    case top_form::seconds:
    case top_form::age: return short_time(number);
    default: return short_number(number);
  }
}

/// The colour that makes a cell stand out; empty usually.
std::string_view cell_color(const top_row& row, std::size_t at, const top_column& column) {
  if (column.form != top_form::text) {
    return column.alarming && row.number(at) > 0 ? table_alarm : std::string_view();
  }
  if (column.title == "STATE" && row.text(at) == "back_off") return table_waits;
  return column.title == "ERROR" && row.text(at) != "-" ? table_alarm : std::string_view();
}

struct placed_column {
  std::size_t at, width;
};

/// Which columns have room, and how wide they are: a text may be cut down to a few characters, and
/// only what has a low rank stays where there is no room even so.
std::vector<placed_column> place_columns(std::span<const top_column> columns,
                                         const std::vector<std::size_t>& need, std::size_t width) {
  std::vector<placed_column> out;
  for (std::size_t i = 0; i < columns.size(); ++i) out.push_back({i, need[i]});
  if (width == 0) return out;
  const auto least = [&](const placed_column& p) {
    if (columns[p.at].form != top_form::text) return p.width;
    return std::min(p.width, columns[p.at].rank == 0 ? table_name_least : table_text_least);
  };
  const auto total = [&](auto of) {
    std::size_t sum = 0;
    for (const placed_column& p : out) sum += of(p) + table_gap;
    return sum - table_gap;
  };
  while (out.size() > 1 && total(least) > width) {
    const auto last = std::max_element(
        out.begin(), out.end(), [&](const placed_column& a, const placed_column& b) {
          return columns[a.at].rank <= columns[b.at].rank;
        });
    out.erase(last);
  }
  // The widest text gives way first.
  for (std::size_t sum = total([](const placed_column& p) { return p.width; }); sum > width;
       --sum) {
    const auto widest =
        std::max_element(out.begin(), out.end(), [&](const placed_column& a, const auto& b) {
          return a.width - least(a) < b.width - least(b);
        });
    if (widest->width == 0) break;
    --widest->width;
  }
  return out;
}

void append_cell(std::string& line, const std::string& text, std::size_t width, bool is_text,
                 bool last) {
  const std::size_t has = width_of(text);
  const std::string gap(has < width ? width - has : 0, ' ');
  if (!is_text) line += gap;
  line += text;
  if (is_text && !last) line += gap;
}

}  // namespace

std::string short_number(double number) {
  constexpr std::string_view units[] = {"", "k", "M", "G", "T", "P"};
  return is_known(number) ? scaled(number, 1000, units) : "-";
}

std::string short_bytes(double bytes) {
  constexpr std::string_view units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB"};
  return is_known(bytes) ? scaled(bytes, 1024, units) : "-";
}

std::string short_time(double seconds) {
  if (!is_known(seconds)) return "-";
  if (seconds < 10) return fmt::format("{:.1f}s", seconds);
  const auto s = static_cast<std::uint64_t>(std::min(seconds, 1e15));
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}m{}s", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}h{}m", s / 3600, s / 60 % 60);
  return fmt::format("{}d{}h", s / 86400, s / 3600 % 24);
}

std::size_t width_of(std::string_view text) {
  std::size_t columns = 0;
  for (const base::cell& c : base::display_cells(text)) columns += c.columns;
  return columns;
}

std::string cut_text(std::string_view text, std::size_t width, bool utf8) {
  std::string out;
  std::size_t columns = 0, room_bytes = 0;  // what stays when something is cut
  std::string shown = visible(text);
  for (char& c : shown) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  for (const base::cell& c : base::display_cells(shown)) {
    const bool can = utf8 || (c.shown.size() == 1 && static_cast<unsigned char>(c.shown[0]) < 128);
    const std::size_t takes = can ? c.columns : 1;
    if (columns + takes > width) {
      out.resize(room_bytes);
      return width == 0 ? out : out + (utf8 ? "…" : "~");
    }
    out += can ? c.shown : std::string_view("?");
    columns += takes;
    if (columns < width) room_bytes = out.size();
  }
  return out;
}

std::size_t usual_sort(config::top_part part) {
  const auto columns = columns_of(part);
  if (part == config::top_part::marathon) return columns.size();
  return static_cast<std::size_t>(
      std::ranges::find(columns, top_form::rate, &top_column::form) - columns.begin());
}

std::size_t find_sort(config::top_part part, std::string_view word) {
  const auto columns = columns_of(part);
  const auto same = [word](const top_column& c) {
    return std::ranges::equal(c.title, word, [](char a, char b) {
      return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b);
    });
  };
  return static_cast<std::size_t>(std::ranges::find_if(columns, same) - columns.begin());
}

std::vector<const top_row*> choose_rows(const top_snapshot& of, const top_look& look) {
  std::vector<const top_row*> out;
  for (const top_row& row : of.of(look.part)) {
    if (!look.wanted || std::ranges::any_of(row.texts, look.wanted)) out.push_back(&row);
  }
  const auto columns = columns_of(look.part);
  if (look.sort < columns.size()) {
    const bool by_text = columns[look.sort].form == top_form::text;
    std::ranges::stable_sort(out, [&](const top_row* a, const top_row* b) {
      if (by_text) return a->text(look.sort) < b->text(look.sort);
      const double x = a->number(look.sort), y = b->number(look.sort);
      if (is_known(x) != is_known(y)) return is_known(x);
      if (x > y || x < y) return x > y;
      return a->texts < b->texts;
    });
  }
  if (look.reversed) std::ranges::reverse(out);
  return out;
}

std::vector<std::string> draw_table(std::span<const top_row* const> rows, const top_look& look,
                                    std::size_t width) {
  constexpr std::size_t text_width_max = 400;
  const auto columns = columns_of(look.part);
  const std::string_view mark = look.reversed ? "^" : "*";
  std::vector<std::size_t> need;
  std::vector<std::vector<std::string>> cells(rows.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t most = columns[i].title.size() + (i == look.sort ? 1 : 0);
    // Numbers keep their place while they change.
    if (columns[i].form != top_form::text) most = std::max<std::size_t>(most, 6);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      cells[r].push_back(cut_text(cell_text(*rows[r], i, columns[i]), text_width_max, look.utf8));
      most = std::max(most, width_of(cells[r].back()));
    }
    need.push_back(most);
  }
  const auto placed = place_columns(columns, need, width);
  std::vector<std::string> out(1);
  if (look.color) out[0] += table_bold;
  const std::string gap(table_gap, ' ');
  for (const auto& [at, room] : placed) {
    if (at != placed.front().at) out[0] += gap;
    std::string title(columns[at].title);
    if (at == look.sort) title += mark;
    append_cell(out[0], cut_text(title, room, look.utf8), room,
                columns[at].form == top_form::text, at == placed.back().at);
  }
  if (look.color) out[0] += table_plain;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (const auto& [at, room] : placed) {
      if (at != placed.front().at) line += gap;
      const auto color = look.color ? cell_color(*rows[r], at, columns[at]) : std::string_view();
      line += color;
      append_cell(line, cut_text(cells[r][at], room, look.utf8), room,
                  columns[at].form == top_form::text, at == placed.back().at);
      if (!color.empty()) line += table_plain;
    }
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace logio::app
