#include "logio/config/client_options.hpp"

#include <fmt/core.h>

#include <utility>

#include "masked_url.hpp"
#include "setters.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

constexpr std::uint16_t marathon_port = 5000;  // of logio marathon, if it is told no other

}  // namespace

flag hub_flag(std::string& to) {
  return {.name = "hub",
          .value = "URL",
          .shown_default = "http://127.0.0.1:7702",
          .help = "the hub; else LOGIO_HUB, else LOGIO_URL's host",
          .set = set_text(to)};
}

std::vector<flag> publisher_flags(pipe_flags& f, std::string proc, std::string flush) {
  return {
      {"app", 'a', "NAME", "", "the application; required here or in the URL", false,
       set_optional(f.app)},
      {"proc", 'p', "NAME", std::move(proc), "the process", false, set_optional(f.proc)},
      {"host", 0, "NAME", "this host", "the host", false, set_optional(f.host)},
      {"to", 0, "URL", "logio://127.0.0.1:7701", "the hub; else LOGIO_URL", false,
       set_text(f.to)},
      {.name = "buffer-bytes",
       .value = "SIZE",
       .shown_default = "64MiB",
       .help = "memory for lines that the hub has not taken; the oldest are dropped first",
       .set = set_size(f.buffer_bytes, 64 << 10, std::uint64_t{64} << 30)},
      {.name = "flush",
       .value = "DURATION",
       .shown_default = std::move(flush),
       .help = "how long to wait at the end for the hub to acknowledge",
       .set = set_duration(f.flush, std::chrono::milliseconds(0), std::chrono::hours(24))},
      {.name = "quiet",
       .letter = 'q',
       .help = "say nothing of the hub on standard error",
       .set = set_switch(f.quiet)},
  };
}

command pipe_command(pipe_flags& f) {
  command c;
  c.name = "pipe";
  c.brief = "publish standard input, and pass it on";
  c.summary = "Publishes the lines of standard input, and passes them on to standard output.";
  c.usage = "-a APP [FLAG]...";
  c.examples =
      "  ./my-app 2>&1 | logio pipe -a shop -p web\n"
      "  tail -F access.log | logio pipe -a nginx --to logio://hub:7701 >/dev/null\n";
  c.flags = publisher_flags(f, "pipe", "10s");
  c.notes =
      "URL: logio://[USER:PASS@]HOST[:7701][,HOST2...]?app=&proc=&host=; flags win over it.\n"
      "The pipe never waits for the hub, and outlives it: lines are kept until the hub has\n"
      "acknowledged them, and go again after a cut, once each.\n"
      "Exit codes: 0 the hub has all lines, 64 usage, 69 it has not, 78 a bad LOGIO_URL; a signal\n"
      "that ends it ends it as a signal, once its lines are published.\n";
  return c;
}

command healthcheck_command(healthcheck_flags& f) {
  command c;
  c.name = "healthcheck";
  c.brief = "ask a hub whether it serves";
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

complete_options<pipe_options> find_publish_target(const pipe_flags& flags, const environment& env,
                                                   const std::string& local_host,
                                                   std::string_view command_name,
                                                   const std::string& proc) {
  const auto from_environment = env.get("LOGIO_URL");
  const bool by_flag = !flags.to.empty();
  const std::string url = by_flag ? flags.to : from_environment.value_or("logio://127.0.0.1");
  auto parsed_url = parse_publish_url(url);
  if (!parsed_url) {
    return usage_error{by_flag ? base::exit_usage : base::exit_configuration,
                       fmt::format("logio {}: {}: '{}' {}", command_name,
                                   by_flag ? "--to" : "LOGIO_URL",
                                   masked_url(url), parsed_url.error().why)};
  }
  pipe_options out;
  out.hubs = std::move(parsed_url->hubs);
  out.app = flags.app ? *flags.app : parsed_url->app.value_or("");
  out.proc = flags.proc ? *flags.proc : parsed_url->proc.value_or(proc);
  out.host = flags.host ? *flags.host : parsed_url->host.value_or(local_host);
  out.buffer_bytes = flags.buffer_bytes;
  out.flush = flags.flush;
  out.quiet = flags.quiet;
  if (out.app.empty()) {
    return usage_error{base::exit_usage,
                       fmt::format("logio {}: which application is it? Give -a NAME, or app= in "
                                   "the URL", command_name)};
  }
  return out;
}

complete_options<pipe_options> complete(const pipe_flags& flags, const environment& env,
                                        const std::string& local_host) {
  return find_publish_target(flags, env, local_host, "pipe", "pipe");
}

complete_options<healthcheck_options> complete(const healthcheck_flags& flags,
                                               const environment& env) {
  auto hub = find_hub(flags.hub, env, "healthcheck");
  if (!hub) return hub.error();
  healthcheck_options out{std::move(*hub), std::nullopt};
  if (flags.hub.empty() && !env.get("LOGIO_HUB") && !env.get("LOGIO_URL")) {
    out.otherwise = hub_url{{"127.0.0.1", marathon_port}};
  }
  return out;
}

}  // namespace logio::config
