#include "logio/config/output_options.hpp"

#include <utility>

namespace logio::config {
namespace {

/// One of `words`, by its place; the first is 0.
template <class Enum>
setter set_word(Enum& to, std::vector<std::pair<std::string, Enum>> words, std::string allowed) {
  return [&to, words = std::move(words),
          allowed = std::move(allowed)](std::string_view value) -> std::optional<std::string> {
    for (const auto& [word, meaning] : words) {
      if (word != value) continue;
      to = meaning;
      return std::nullopt;
    }
    return "is none of " + allowed;
  };
}

setter set_to(bool& to, bool value) {
  return [&to, value](std::string_view) -> std::optional<std::string> {
    to = value;
    return std::nullopt;
  };
}

setter force_color(color_mode& to) {
  return [&to](std::string_view) -> std::optional<std::string> {
    to = color_mode::always;
    return std::nullopt;
  };
}

}  // namespace

flag color_flag(color_mode& to) {
  return {.name = "color",
          .value = "auto|always|never",
          .shown_default = "auto",
          .help = "colours; auto: on a terminal, unless NO_COLOR is set",
          .set = set_word<color_mode>(to,
                                      {{"auto", color_mode::automatic},
                                       {"always", color_mode::always},
                                       {"never", color_mode::never}},
                                      "auto|always|never"),
          .users = "stern"};
}

bool may_color(color_mode asked, const environment& env) {
  return asked == color_mode::always ||
         (asked == color_mode::automatic && !env.get("NO_COLOR"));
}

flag severity_flag(std::string& to) {
  return {.name = "severity",
          .letter = 'S',
          .value = "NAME",
          .help = "at least trace, debug, info, warn, error, fatal or 1-24",
          .set = set_text(to)};
}

flag since_flag(std::string& to, std::string help) {
  return {.name = "since",
          .letter = 's',
          .value = "TIME",
          .help = std::move(help),
          .set = set_text(to),
          .users = "kubectl, stern",
          .also = {{"since-time", "kubectl"}}};
}

std::vector<flag> output_flags(output_options& o) {
  using form = output_options::form;
  std::vector<flag> out;
  out.push_back({.name = "output",
                 .letter = 'o',
                 .value = "text|ndjson|raw",
                 .shown_default = "text",
                 .help = "the form; raw: the texts alone (json is ndjson, default is text)",
                 .set = set_word<form>(o.format,
                                       {{"text", form::text},
                                        {"ndjson", form::ndjson},
                                        {"raw", form::raw},
                                        {"json", form::ndjson},
                                        {"default", form::text}},
                                       "text|ndjson|raw"),
                 .users = "stern"});
  out.push_back({.name = "template",
                 .letter = 'T',
                 .value = "TEXT",
                 .help = "each line as TEXT says: {time} {arrived} {app} {proc} {host}\n"
                         "{severity} {text} {fields} {cursor}; \\t \\n, and {{ for a {",
                 .set = set_text(o.line_template),
                 .users = "stern"});
  out.push_back({.name = "highlight",
                 .letter = 'H',
                 .value = "PATTERN",
                 .help = "makes it stand out where colours are shown",
                 .repeatable = true,
                 .set = add_text(o.highlight),
                 .users = "stern"});
  out.push_back({.name = "timestamps",
                 .letter = 't',
                 .value = "full|time|none",
                 .help = "how times are shown, in UTC: with the date (the default), without\n"
                         "it, or not at all",
                 .set = set_word<time_form>(o.time,
                                            {{"", time_form::full},
                                             {"full", time_form::full},
                                             {"default", time_form::full},
                                             {"time", time_form::brief},
                                             {"short", time_form::brief},
                                             {"none", time_form::none}},
                                            "full|time|none"),
                 .value_optional = true,
                 .users = "kubectl, stern"});
  out.push_back({.name = "local", .help = "times in this machine's zone", .set =
                 set_to(o.local_time, true)});
  out.push_back({.name = "utc", .help = "times in UTC (the default)", .set =
                 set_to(o.local_time, false)});
  flag color = color_flag(o.color);
  out.push_back(std::move(color));
  out.push_back({.name = "force-colors",
                 .set = force_color(o.color),
                 .users = "heroku",
                 .only_habit = true});
  out.push_back({.name = "raw",
                 .help = "control characters go to a terminal as they are, not escaped",
                 .set = set_switch(o.raw)});
  return out;
}

}  // namespace logio::config
