#include "logio/config/view_options.hpp"

#include <utility>

namespace logio::config {
namespace {

setter set_output(view_options::output& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    if (value == "text") {
      to = view_options::output::text;
    } else if (value == "ndjson") {
      to = view_options::output::ndjson;
    } else if (value == "raw") {
      to = view_options::output::raw;
    } else {
      return "is none of text|ndjson|raw";
    }
    return std::nullopt;
  };
}

}  // namespace

command view_command(view_options& o) {
  command c;
  c.name = "view";
  c.summary = "Prints what a journal holds, without a hub; or checks all of it.";
  c.usage = "[FLAG]... [DIR|FILE]";
  c.examples =
      "  logio view /data -a shop --since 2h\n"
      "  logio view /data -o ndjson --since 2026-11-21T03:00:00Z --until 2026-11-21T03:10:00Z\n"
      "  logio view --check /data\n";
  c.operand = set_text(o.path);
  c.flags = pattern_flags({o.app, o.proc, o.host, o.grep, o.exclude});
  c.flags.push_back({"severity", 0, "NAME", "",
                     "at least trace, debug, info, warn, error, fatal or 1-24", false,
                     set_text(o.severity)});
  c.flags.push_back({"since", 0, "TIME", "",
                     "what arrived then or later: RFC 3339, or an age (2h)", false,
                     set_text(o.since)});
  c.flags.push_back({"until", 0, "TIME", "", "what arrived before", false, set_text(o.until)});
  c.flags.push_back({"output", 'o', "text|ndjson|raw", "text", "the form", false,
                     set_output(o.format)});
  c.flags.push_back({"check", 0, "", "", "read everything, report each segment and all damage",
                     false, set_switch(o.check)});
  c.notes =
      "DIR is a hub's --data-dir, also while the hub runs; the default is the directory it is\n"
      "started in. Where records are missing, a line says how many (Error L13).\n"
      "Exit codes: 0 ok, 64 usage or a bad pattern, 69 it cannot be read or is damaged.\n";
  return c;
}

}  // namespace logio::config
