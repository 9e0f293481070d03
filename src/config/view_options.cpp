#include "logio/config/view_options.hpp"

#include <utility>

#include "setters.hpp"

namespace logio::config {
namespace {

setter set_lines(view_options& o) {
  return [&o](std::string_view value) -> std::optional<std::string> {
    std::uint64_t lines = 0;
    if (auto wrong = set_count(lines, 0, lines_max)(value)) return wrong;
    o.lines = lines;
    return std::nullopt;
  };
}

}  // namespace

command view_command(view_options& o) {
  command c;
  c.name = "view";
  c.brief = "print or check a journal, without a hub";
  c.summary = "Prints what a journal holds, without a hub; or checks all of it.";
  c.usage = "[FLAG]... [DIR|FILE]";
  c.examples =
      "  logio view /data -a shop --since 2h\n"
      "  logio view /data -o ndjson --since 2026-11-21T03:00:00Z --until 2026-11-21T03:10:00Z\n"
      "  logio view --check /data\n";
  c.operand = set_text(o.path);
  c.flags = pattern_flags({o.app, o.proc, o.host, o.grep, o.exclude});
  c.flags.push_back(severity_flag(o.severity));
  c.flags.push_back({.name = "lines",
                     .letter = 'n',
                     .value = "N",
                     .help = "only the newest of what is wanted",
                     .set = set_lines(o)});
  c.flags.push_back(since_flag(o.since));
  c.flags.push_back(
      {.name = "until", .value = "TIME", .help = "what arrived before", .set = set_text(o.until)});
  for (flag& one : output_flags(o.output)) c.flags.push_back(std::move(one));
  c.flags.push_back({"check", 0, "", "", "read everything, report each segment and all damage",
                     false, set_switch(o.check)});
  c.notes =
      "DIR is a hub's --data-dir, also while the hub runs; the default is the directory it is\n"
      "started in. Where records are missing, a line says how many (Error L13).\n"
      "Exit codes: 0 ok, 64 usage or a bad pattern, 69 it cannot be read or is damaged.\n";
  return c;
}

view_options complete(view_options o, const environment& env) {
  o.color = may_color(o.output.color, env);
  return o;
}

}  // namespace logio::config
