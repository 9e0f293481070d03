#include "logio/config/tail_options.hpp"

#include <fmt/core.h>

#include <utility>

#include "logio/base/exit_code.hpp"
#include "setters.hpp"

namespace logio::config {
namespace {

constexpr std::uint64_t lines_usual = 100;

/// `20`; `all` or -1.
setter set_lines(tail_flags& f) {
  return [&f](std::string_view value) -> std::optional<std::string> {
    if (value == "all" || value == "-1") {
      f.all_lines = true;
      return std::nullopt;
    }
    std::uint64_t lines = 0;
    if (auto wrong = set_count(lines, 0, lines_max)(value)) return *wrong + ", or all";
    f.lines = lines;
    return std::nullopt;
  };
}

/// heroku's --tail follows, kubectl's and stern's has a number.
setter set_tail(tail_flags& f) {
  return [&f](std::string_view value) -> std::optional<std::string> {
    if (!value.empty()) return set_lines(f)(value);
    f.follow = true;
    return std::nullopt;
  };
}

setter set_partial(bool& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    if (value != "whole" && value != "partial") return "is none of whole|partial";
    to = value == "partial";
    return std::nullopt;
  };
}

void add_selection(std::vector<flag>& to, tail_flags& f) {
  for (flag& one : pattern_flags({f.app, f.proc, f.host, f.grep, f.exclude})) {
    to.push_back(std::move(one));
  }
  to.push_back(severity_flag(f.severity));
  to.push_back({.name = "match",
                .value = "whole|partial",
                .shown_default = "whole",
                .help = "partial: -a, -p and --host search within the name",
                .set = set_partial(f.match_partial)});
}

void add_range(std::vector<flag>& to, tail_flags& f) {
  to.push_back({.name = "lines",
                .letter = 'n',
                .value = "N",
                .shown_default = "100",
                .help = "the newest of what is there, or all; with --since all of it",
                .set = set_lines(f),
                .users = "heroku",
                .also = {{"num", "heroku"}}});
  to.push_back({.name = "tail",
                .value = "N",
                .set = set_tail(f),
                .value_optional = true,
                .users = "heroku, kubectl, stern",
                .only_habit = true});
  to.push_back(since_flag(f.since));
  to.push_back({.name = "until",
                .value = "TIME",
                .help = "what arrived before; it ends there",
                .set = set_text(f.until)});
  to.push_back({.name = "no-follow",
                .help = "ends with what there is now",
                .set = set_switch(f.no_follow),
                .users = "stern"});
  to.push_back({.name = "follow",
                .letter = 'f',
                .help = "goes on with what comes (the default, but for --until)",
                .set = set_switch(f.follow),
                .users = "kubectl"});
}

/// What other programs' users type and what is so here anyhow.
void add_habits(std::vector<flag>& to, bool& ignored) {
  for (const auto& [name, users] : {std::pair{"prefix", "kubectl"},
                                    {"all-containers", "kubectl"},
                                    {"ignore-errors", "kubectl"},
                                    {"only-log-lines", "stern"}}) {
    to.push_back(
        {.name = name, .set = set_switch(ignored), .users = users, .only_habit = true});
  }
}

}  // namespace

command tail_command(tail_flags& f) {
  command c;
  c.name = "tail";
  c.brief = "print the lines that a hub has and receives";
  c.summary = "Prints the last lines that a hub has, and those that come.";
  c.usage = "[FLAG]... [APP]...";
  c.examples =
      "  logio tail -a shop\n"
      "  logio tail shop -p 'web|worker' -g ERROR -n 200 --since 10m\n"
      "  logio tail -a shop --no-follow -o ndjson --hub http://hub:7702 | jq .text\n";
  c.operand = add_text(f.app);
  c.operands = true;
  add_selection(c.flags, f);
  add_range(c.flags, f);
  for (flag& one : output_flags(f.output)) c.flags.push_back(std::move(one));
  c.flags.push_back(hub_flag(f.hub));
  add_habits(c.flags, f.ignored);
  c.notes =
      "A connection that breaks is made again, and the lines go on where they were: with a data\n"
      "directory at the hub each line comes once; what is not to be had any more is said.\n"
      "Exit codes: 0 the reader went or the end was reached, 64 usage or a bad pattern, 69 the\n"
      "hub is not to be had or refuses.\n";
  return c;
}

complete_options<tail_options> complete(const tail_flags& f, const environment& env) {
  const auto refuse = [](std::string_view why) {
    return usage_error{base::exit_usage, fmt::format("logio tail: {}", why)};
  };
  if (f.follow && f.no_follow) return refuse("--follow and --no-follow exclude each other");
  if (f.lines && f.all_lines) return refuse("--lines is given twice");
  auto hub = find_hub(f.hub, env, "tail");
  if (!hub) return hub.error();
  tail_options out;
  out.hub = std::move(*hub);
  out.app = f.app;
  out.proc = f.proc;
  out.host = f.host;
  out.grep = f.grep;
  out.exclude = f.exclude;
  out.match_partial = f.match_partial;
  out.severity = f.severity;
  out.since = f.since;
  out.until = f.until;
  out.lines = f.lines;
  if (!out.lines && !f.all_lines && f.since.empty()) out.lines = lines_usual;
  if (f.all_lines && f.since.empty()) out.since = "1970-01-01T00:00:00Z";
  out.follow = f.follow || (!f.no_follow && f.until.empty());
  out.output = f.output;
  out.color = may_color(f.output.color, env);
  return out;
}

}  // namespace logio::config
