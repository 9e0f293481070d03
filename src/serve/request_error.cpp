#include "logio/serve/request_error.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "logio/base/display_width.hpp"
#include "logio/base/json_string.hpp"

namespace logio::serve {
namespace {

constexpr std::string_view indent = "  ";
constexpr std::string_view more = "...";
constexpr std::size_t columns_max = 72;
constexpr std::size_t columns_before_max = 48;  // left of the place, when the pattern is cut

std::string place_of(const request_error& e) {
  return e.offset ? " at offset " + std::to_string(*e.offset) : std::string();
}

/// Indexes into `cells`: what of them is shown. `place` is the cell that the caret points to.
std::pair<std::size_t, std::size_t> window(const std::vector<base::cell>& cells,
                                           std::size_t place) {
  std::size_t total = 0;
  for (const base::cell& c : cells) total += c.columns;
  if (total <= columns_max)
    return {0, cells.size()};
  std::size_t first = place;
  std::size_t columns = 0;
  while (first > 0 && columns + cells[first - 1].columns <= columns_before_max) {
    columns += cells[--first].columns;
  }
  std::size_t last = place;
  while (last < cells.size() && columns + cells[last].columns <= columns_max) {
    columns += cells[last++].columns;
  }
  return {first, last};
}

void append_pattern(std::string& out, const request_error& e) {
  const std::vector<base::cell> cells = base::display_cells(e.pattern);
  const std::size_t offset = e.offset ? std::min(*e.offset, e.pattern.size()) : 0;
  std::size_t place = 0;  // the last cell that begins at or before the offset
  while (place < cells.size() && cells[place].offset + cells[place].bytes <= offset) ++place;
  const auto [first, last] = window(cells, place);

  out += indent;
  std::size_t caret = indent.size();
  if (first != 0) {
    out += more;
    caret += more.size();
  }
  for (std::size_t i = first; i < last; ++i) {
    out += cells[i].shown;
    if (i < place)
      caret += cells[i].columns;
  }
  if (last != cells.size())
    out += more;
  out += '\n';
  if (e.offset)
    out.append(caret, ' ').append("^\n");
}

/// The text with nothing in it that could move a terminal's cursor.
void append_plain(std::string& out, std::string_view text) {
  for (const base::cell& c : base::display_cells(text)) out += c.shown;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty())
    return;
  if (out.back() != '{')
    out += ',';
  base::append_json_string(out, name);
  out += ':';
  base::append_json_string(out, value);
}

}  // namespace

std::string_view to_string(request_fault code) noexcept {
  switch (code) {
    case request_fault::bad_pattern:
      return "bad_pattern";
    case request_fault::bad_parameter:
      return "bad_parameter";
    case request_fault::unknown_parameter:
      return "unknown_parameter";
    case request_fault::not_found:
      return "not_found";
    case request_fault::method_not_allowed:
      return "method_not_allowed";
    case request_fault::too_large:
      return "too_large";
    case request_fault::too_many:
      return "too_many";
    case request_fault::forbidden:
      return "forbidden";
    case request_fault::shutting_down:
      return "shutting_down";
    case request_fault::bad_body:
      return "bad_body";
    case request_fault::length_required:
      return "length_required";
    case request_fault::unsupported:
      return "unsupported";
    case request_fault::timed_out:
      return "timed_out";
    case request_fault::unreadable:
      return "unreadable";
    case request_fault::bad_configuration:
      return "bad_configuration";
  }
  return "bad_parameter";
}

request_error make_error(unsigned status, request_fault code, std::string message,
                         std::string hint) {
  request_error e;
  e.status = status;
  e.code = code;
  e.message = std::move(message);
  e.hint = std::move(hint);
  return e;
}

std::string render_text(const request_error& e) {
  std::string out = "error: ";
  if (!e.parameter.empty()) {
    append_plain(out, e.parameter);
    out += ": ";
  }
  append_plain(out, e.message);
  out += place_of(e) + '\n';
  if (!e.pattern.empty())
    append_pattern(out, e);
  for (const std::string& line : e.details) {
    out += indent;
    append_plain(out, line);
    out += '\n';
  }
  if (!e.hint.empty()) {
    append_plain(out, e.hint);
    out += '\n';
  }
  return out;
}

std::string render_json(const request_error& e) {
  std::string out = "{\"error\":{";
  append_member(out, "code", to_string(e.code));
  append_member(out, "message", e.message);
  append_member(out, "parameter", e.parameter);
  if (e.offset)
    out += ",\"offset\":" + std::to_string(*e.offset);
  if (!e.details.empty()) {
    out += ",\"details\":[";
    for (const std::string& line : e.details) {
      if (out.back() != '[') out += ',';
      base::append_json_string(out, line);
    }
    out += ']';
  }
  append_member(out, "hint", e.hint);
  return out += "}}\n";
}

void throw_exception_from_error(const request_error& e, const boost::source_location&) {
  throw std::invalid_argument(e.parameter + ": " + e.message + place_of(e));
}

}  // namespace logio::serve
