#include "logio/config/top_options.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "setters.hpp"

namespace logio::config {
namespace {

constexpr std::array<std::string_view, top_parts> part_words = {"topics", "subscribers", "sinks",
                                                                "marathon"};

setter set_part(top_part& to) {
  return set_choice("topics|subscribers|sinks|marathon", [&to](std::string_view value) {
    const auto at = std::ranges::find(part_words, value);
    if (at == part_words.end()) return false;
    to = static_cast<top_part>(at - part_words.begin());
    return true;
  });
}

setter set_json(bool& to) {
  return set_choice("text|json", [&to](std::string_view value) {
    to = value == "json";
    return to || value == "text";
  });
}

/// Whether the locale's text is UTF-8: LC_ALL, else LC_CTYPE, else LANG.
bool is_utf8(const environment& env) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = env.get(name);
    if (!value || value->empty()) continue;
    std::string lower = *value;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

command top_command(top_flags& f) {
  top_options& o = f.rest;
  command c;
  c.name = "top";
  c.brief = "watch a hub: topics, subscribers, sinks, Marathon";
  c.summary = "Shows what a hub is doing: rates by topic, subscribers, sinks and Marathon.";
  c.usage = "[FLAG]...";
  c.examples =
      "  logio top\n"
      "  logio top --hub http://hub:7702 -a 'shop|bank' --view subscribers\n"
      "  logio top --once -o json | jq '.rates.records_in_per_second'\n";
  auto patterns = pattern_flags({f.app, f.proc, f.host, f.unused, f.unused});
  patterns.resize(3);
  patterns[1].also.clear();  // -d is the interval
  c.flags = std::move(patterns);
  c.flags.push_back({.name = "interval",
                     .letter = 'd',
                     .value = "TIME",
                     .shown_default = "1s",
                     .help = "between two looks at the hub",
                     .set = set_duration(o.interval, std::chrono::milliseconds(200),
                                         std::chrono::hours(1))});
  c.flags.push_back({.name = "view",
                     .value = "topics|subscribers|sinks|marathon",
                     .shown_default = "topics",
                     .help = "the table to begin with",
                     .set = set_part(o.part)});
  c.flags.push_back({.name = "sort",
                     .value = "COLUMN",
                     .shown_default = "rec/s",
                     .help = "by a column's title, such as bytes or lag",
                     .set = set_text(o.sort)});
  c.flags.push_back({.name = "lines",
                     .letter = 'n',
                     .value = "N",
                     .help = "at most so many rows of each table; default: all",
                     .set = set_count(o.lines, 1, lines_max)});
  c.flags.push_back({.name = "once",
                     .help = "prints all tables once; so it is without a terminal",
                     .set = set_switch(o.once)});
  c.flags.push_back({.name = "output",
                     .letter = 'o',
                     .value = "text|json",
                     .shown_default = "text",
                     .help = "json: one object, once: the hub's own pages, and rates",
                     .set = set_json(o.json)});
  c.flags.push_back(color_flag(o.asked_color));
  c.flags.push_back(hub_flag(f.hub));
  c.notes =
      "Keys: t s k m, 1-4 or Tab another table; < > the column that it is sorted by, r the other\n"
      "way; / a pattern for the rows; arrows, PgUp, PgDn; space stops; + - the interval; ? help;\n"
      "q ends.\n"
      "Exit codes: 0 ok, 64 usage or a bad pattern, 69 the hub is not to be had or refuses.\n";
  return c;
}

complete_options<top_options> complete(const top_flags& f, const environment& env) {
  auto hub = find_hub(f.hub, env, "top");
  if (!hub) return hub.error();
  top_options out = f.rest;
  out.hub = std::move(*hub);
  out.app = f.app;
  out.proc = f.proc;
  out.host = f.host;
  out.once |= out.json;
  out.color = may_color(out.asked_color, env);
  out.utf8 = is_utf8(env);
  return out;
}

}  // namespace logio::config
