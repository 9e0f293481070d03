#include "logio/config/client_options.hpp"

#include <fmt/core.h>

#include <utility>

#include "masked_url.hpp"
#include "setters.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

constexpr std::uint16_t marathon_port = 5000;  // of logio marathon, if it is told no other

flag hub_flag(std::string& to) {
  return {"hub", 0, "URL", "http://127.0.0.1:7702",
          "the hub; else LOGIO_HUB, else LOGIO_URL's host", false, set_text(to)};
}

}  // namespace

command tail_command(tail_flags& f) {
  command c;
  c.name = "tail";
  c.summary = "Prints the lines that a hub receives, as they come.";
  c.usage = "[FLAG]...";
  c.examples =
      "  logio tail -a shop\n"
      "  logio tail -a shop -p 'web|worker' -g ERROR --hub http://hub:7702\n";
  c.flags = pattern_flags({f.app, f.proc, f.host, f.grep, f.exclude});
  c.flags.push_back(hub_flag(f.hub));
  c.notes = "Exit codes: 0 the stream ended or the reader went, 64 usage or a bad pattern,\n"
            "69 the hub is not to be had.\n";
  return c;
}

command pipe_command(pipe_flags& f) {
  command c;
  c.name = "pipe";
  c.summary = "Publishes the lines of standard input, and passes them on to standard output.";
  c.usage = "-a APP [FLAG]...";
  c.examples =
      "  ./my-app 2>&1 | logio pipe -a shop -p web\n"
      "  tail -F access.log | logio pipe -a nginx --to logio://hub:7701 >/dev/null\n";
  c.flags = {
      {"app", 'a', "NAME", "", "the application; required here or in the URL", false,
       set_optional(f.app)},
      {"proc", 'p', "NAME", "pipe", "the process", false, set_optional(f.proc)},
      {"host", 0, "NAME", "this host", "the host", false, set_optional(f.host)},
      {"to", 0, "URL", "logio://127.0.0.1:7701", "the hub; else LOGIO_URL", false,
       set_text(f.to)},
  };
  c.notes =
      "URL: logio://[USER:PASS@]HOST[:7701][,HOST2...]?app=&proc=&host=; flags win over it.\n"
      "Lines are sent with acknowledgement: 0 means that the hub has them all.\n"
      "Exit codes: 0 ok, 64 usage, 69 the hub is not to be had or did not take all lines.\n";
  return c;
}

command healthcheck_command(healthcheck_flags& f) {
  command c;
  c.name = "healthcheck";
  c.summary = "Asks a hub whether it serves; says why not.";
  c.usage = "[FLAG]...";
  c.examples = "  logio healthcheck --hub http://127.0.0.1:7702\n";
  c.flags = {hub_flag(f.hub)};
  c.notes =
      "If it is not said where the hub is, and nothing listens on 7702, 127.0.0.1:5000 is asked,\n"
      "too: that is where logio marathon listens.\n"
      "Exit codes: 0 it serves, 64 usage, 69 it does not.\n";
  return c;
}

complete_options<tail_options> complete(const tail_flags& flags, const environment& env) {
  auto hub = find_hub(flags.hub, env, "tail");
  if (!hub) return hub.error();
  return tail_options{std::move(*hub), flags.app,  flags.proc,
                      flags.host,      flags.grep, flags.exclude};
}

complete_options<pipe_options> complete(const pipe_flags& flags, const environment& env,
                                        const std::string& local_host) {
  const auto from_environment = env.get("LOGIO_URL");
  const bool by_flag = !flags.to.empty();
  const std::string url = by_flag ? flags.to : from_environment.value_or("logio://127.0.0.1");
  auto parsed_url = parse_publish_url(url);
  if (!parsed_url) {
    return usage_error{by_flag ? base::exit_usage : base::exit_configuration,
                       fmt::format("logio pipe: {}: '{}' {}", by_flag ? "--to" : "LOGIO_URL",
                                   masked_url(url), parsed_url.error().why)};
  }
  pipe_options out;
  out.hubs = std::move(parsed_url->hubs);
  out.app = flags.app ? *flags.app : parsed_url->app.value_or("");
  out.proc = flags.proc ? *flags.proc : parsed_url->proc.value_or("pipe");
  out.host = flags.host ? *flags.host : parsed_url->host.value_or(local_host);
  if (out.app.empty()) {
    return usage_error{base::exit_usage,
                       "logio pipe: which application is it? Give -a NAME, or app= in the URL"};
  }
  return out;
}

complete_options<healthcheck_options> complete(const healthcheck_flags& flags,
                                               const environment& env) {
  auto hub = find_hub(flags.hub, env, "healthcheck");
  if (!hub) return hub.error();
  healthcheck_options out{std::move(*hub), std::nullopt};
  if (flags.hub.empty() && !env.get("LOGIO_HUB") && !env.get("LOGIO_URL")) {
    out.otherwise = host_port{"127.0.0.1", marathon_port};
  }
  return out;
}

}  // namespace logio::config
