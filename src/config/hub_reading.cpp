#include "hub_reading.hpp"

#include <fmt/core.h>

#include <map>
#include <utility>

#include "callback_url.hpp"
#include "config_file.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/config/sink_url.hpp"

namespace logio::config {
namespace {

serve_errors bare(const command& c, const usage_error& error) {
  const std::string prefix = fmt::format("logio {}: ", c.name);
  const bool has_it = error.message.starts_with(prefix);
  return {error.exit_code, {error.message.substr(has_it ? prefix.size() : 0)}, false, {}};
}

/// What no place alone can tell.
void check_together(const serve_setup& s, std::vector<std::string>& out) {
  std::map<std::string, std::size_t> named, files;
  for (std::size_t i = 0; i < s.options.sinks.size(); ++i) {
    const sink::sink_options& one = s.options.sinks[i];
    const auto what = [&] {
      return fmt::format("{}: sink '{}'", s.sink_origins[i], one.shown_url);
    };
    const auto [other, is_new] = named.emplace(one.name, i);
    if (!is_new && !one.name.empty()) {
      out.push_back(fmt::format("{} has the name {} of the sink '{}' ({}); give each its own",
                                what(), one.name, s.options.sinks[other->second].shown_url,
                                s.sink_origins[other->second]));
    }
    if (one.kind == sink::kind::file) {
      const auto [writer, fresh] = files.emplace(one.path, i);
      if (!fresh) {
        out.push_back(fmt::format("{} writes to the file of the sink '{}' ({}); give each its own",
                                  what(), s.options.sinks[writer->second].shown_url,
                                  s.sink_origins[writer->second]));
      }
    }
    if (one.on_full == sink::when_full::spill && s.options.data_dir.empty()) {
      out.push_back(fmt::format("{} has on_full=spill, which leaves records in the journal, but "
                                "there is no journal without a data directory; give --data-dir, "
                                "LOGIO_DATA_DIR or data_dir, or on_full=drop_oldest",
                                what()));
    }
  }
  const input::marathon_options& marathon = s.options.marathon;
  if (!marathon.callback_url.empty() && marathon.nodes.empty()) {
    out.push_back(fmt::format("the callback URL '{}' is for Marathon, but it is not said where "
                              "that is; give --marathon-url, LOGIO_MARATHON_URL or marathon_url",
                              shown_callback_url(marathon.callback_url)));
  }
}

}  // namespace

read_or_errors read_places(const table_maker& table, const serve_options& defaults,
                           std::span<const std::string> arguments, const environment& env) {
  // First for the file's name alone: what is wrong on the command line is told before the file.
  serve_options first = defaults;
  const command names = table(first);
  if (const auto error = parse(names, arguments, env)) return bare(names, *error);

  hub_reading out;
  serve_options& options = out.setup.options;
  options = defaults;
  const command c = table(options);
  if (!first.config_file.empty()) {
    config_file file = read_config_file(first.config_file, c, env);
    out.wrong = std::move(file.errors);
    options.sinks = std::move(file.sinks);
    out.setup.sink_origins = std::move(file.origins);
  }
  const auto say_origin = [&](const char* origin) {
    out.setup.sink_origins.resize(options.sinks.size(), origin);
  };
  if (const auto error = parse(c, {}, env)) return bare(c, *error);
  say_origin("LOGIO_SINK");
  if (const auto error = parse(c, arguments, {})) return bare(c, *error);
  say_origin("--sink");
  if (options.event_sink) {
    options.sinks.push_back(*options.event_sink);
    say_origin("--event-store");
  }
  return {boost::system::in_place_value, std::move(out)};
}

read_setup checked(hub_reading read, std::span<const std::string> arguments) {
  check_together(read.setup, read.wrong);
  if (!read.wrong.empty()) {
    return serve_errors{base::exit_configuration, std::move(read.wrong), false,
                        std::move(read.setup)};
  }
  serve_options& options = read.setup.options;
  name_sinks(options.sinks);
  options.arguments.assign(arguments.begin(), arguments.end());
  options.warnings = callback_warnings(options.marathon);
  return std::move(read.setup);
}

}  // namespace logio::config
