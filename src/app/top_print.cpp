#include "top_print.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "logio/base/json_string.hpp"

namespace logio::app {
namespace {

using config::top_part;

/// A page is one object with one member, or is given whole.
std::string_view inside_of(std::string_view page, bool whole) {
  const std::size_t from = whole ? page.find('{') : page.find(':') + 1;
  const std::size_t end = page.rfind('}') + (whole ? 1 : 0);
  return page.substr(from, end - from);
}

std::string json_number(double number) {
  return is_known(number) ? fmt::format("{:.1f}", number) : "null";
}

void append_row_rates(std::string& out, top_part part, const top_row& row) {
  const auto columns = columns_of(part);
  out += '{';
  if (part == top_part::subscribers) {
    out += "\"id\":" + row.key;
  } else {
    const std::size_t names = part == top_part::sinks ? 1 : 3;
    for (std::size_t i = 0; i < names; ++i) {
      fmt::format_to(std::back_inserter(out), "{}\"{}\":", i == 0 ? "" : ",", columns[i].field);
      base::append_json_string(out, row.text(i));
    }
  }
  for (std::size_t i = row.texts.size(); i < columns.size(); ++i) {
    const bool records = columns[i].form == top_form::rate;
    if (!records && columns[i].form != top_form::byte_rate) continue;
    fmt::format_to(std::back_inserter(out), ",\"{}_per_second\":{}", records ? "records" : "bytes",
                   json_number(row.number(i)));
  }
  out += '}';
}

}  // namespace

std::vector<std::string> head_lines(const top_snapshot& s, std::string_view hub) {
  std::vector<std::string> out;
  out.push_back(fmt::format("logio {} at {}, up {}", s.version, hub,
                            short_time(s.uptime_seconds)));
  out.push_back(fmt::format("in {}/s {}/s  out {}/s {}/s  lag {}  lost +{}",
                            short_number(s.in.records), short_bytes(s.in.bytes),
                            short_number(s.out.records), short_bytes(s.out.bytes),
                            short_number(s.lag_records), short_number(s.lost_records)));
  out.push_back(fmt::format(
      "ring {} of {}  journal {}  publishers {}  marathon {}", short_bytes(s.ring_used_bytes),
      short_bytes(s.ring_bytes),
      !s.has_journal        ? "none"
      : s.stalled.empty() ? short_bytes(s.journal_bytes)
                            : "STALLED: " + s.stalled,
      short_number(s.publishers), s.marathon_state));
  return out;
}

std::string print_text(const top_snapshot& s, std::string_view hub, std::string_view sort,
                       top_look look, std::size_t lines) {
  std::string out;
  for (const std::string& line : head_lines(s, hub)) out += cut_text(line, 1000, true) + '\n';
  for (std::size_t i = 0; i < config::top_parts; ++i) {
    look.part = static_cast<top_part>(i);
    look.sort = find_sort(look.part, sort);
    if (look.sort == columns_of(look.part).size()) look.sort = usual_sort(look.part);
    auto rows = choose_rows(s, look);
    const std::size_t all = rows.size();
    if (lines != 0) rows.resize(std::min(all, lines));
    out += fmt::format("\n{}: {}", name_of(look.part), all);
    if (rows.size() < all) out += fmt::format(", the first {}", rows.size());
    out += '\n';
    if (rows.empty()) continue;
    for (const std::string& line : draw_table(rows, look, 0)) {
      out += line;
      out += '\n';
    }
  }
  return out;
}

std::string print_json(const top_snapshot& s) {
  std::string out = "{\"status\":";
  out += inside_of(s.page_texts[0], true);
  for (std::size_t page = 1; page < top_snapshot::pages; ++page) {
    const auto part = static_cast<top_part>(page - 1);
    fmt::format_to(std::back_inserter(out), ",\"{}\":", name_of(part));
    out += inside_of(s.page_texts[page], part == top_part::marathon);
  }
  fmt::format_to(std::back_inserter(out),
                 ",\"rates\":{{\"seconds\":{:.3f},\"records_in_per_second\":{:.1f},"
                 "\"bytes_in_per_second\":{:.1f},\"records_out_per_second\":{:.1f},"
                 "\"bytes_out_per_second\":{:.1f},\"lost_records\":{:.0f}",
                 s.seconds, s.in.records, s.in.bytes, s.out.records, s.out.bytes, s.lost_records);
  for (const top_part part : {top_part::topics, top_part::subscribers, top_part::sinks}) {
    fmt::format_to(std::back_inserter(out), ",\"{}\":[", name_of(part));
    for (const top_row& row : s.of(part)) {
      if (out.back() == '}') out += ',';
      append_row_rates(out, part, row);
    }
    out += ']';
  }
  return out + "}}\n";
}

}  // namespace logio::app
