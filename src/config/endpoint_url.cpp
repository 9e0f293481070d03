#include "logio/config/endpoint_url.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "masked_url.hpp"
#include "url_text.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

constexpr std::uint16_t publish_port = 7701;
constexpr std::uint16_t subscribe_port = 7702;

/// The rest of `url` behind SCHEME://, cut at the first of `/?#`; what was cut goes to `tail`.
std::string_view authority_of(std::string_view url, std::string_view& tail) {
  const auto end = std::min(url.find_first_of("/?#"), url.size());
  tail = url.substr(end);
  return url.substr(0, end);
}

std::string_view without_user(std::string_view authority) {
  const auto at = authority.rfind('@');
  return at == std::string_view::npos ? authority : authority.substr(at + 1);
}

std::optional<std::string> read_query(std::string_view query, publish_url& out) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    auto* const to = name == "app"    ? &out.app
                     : name == "proc" ? &out.proc
                     : name == "host" ? &out.host
                                      : nullptr;
    if (to == nullptr) continue;  // other clients' options
    auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) return "has a % without two hex digits";
    *to = std::move(*value);
  }
  return std::nullopt;
}

}  // namespace

std::string to_string(const host_port& hp) {
  const bool v6 = hp.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), hp.host, hp.port);
}

parsed<publish_url> parse_publish_url(std::string_view url) {
  constexpr std::string_view scheme = "logio://";
  if (!url.starts_with(scheme)) return bad_url{"does not begin with logio://"};
  std::string_view tail;
  const std::string_view hosts = without_user(authority_of(url.substr(scheme.size()), tail));
  publish_url out;
  auto hubs = parse_hosts(hosts, publish_port);
  if (!hubs) return hubs.error();
  out.hubs = std::move(*hubs);
  if (const auto question = tail.find('?'); question != std::string_view::npos) {
    const std::string_view query = tail.substr(question + 1);
    auto wrong = read_query(query.substr(0, query.find('#')), out);
    if (wrong) return bad_url{std::move(*wrong)};
  }
  return out;
}

parsed<host_port> parse_hub_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return bad_url{"does not begin with http://"};
  std::string_view tail;
  const std::string_view authority = without_user(authority_of(url.substr(scheme.size()), tail));
  if (!tail.empty() && tail != "/") {
    return bad_url{"has a path or a query: give host and port only"};
  }
  return parse_host_port(authority, subscribe_port);
}

boost::system::result<host_port, usage_error> find_hub(const std::string& flag_value,
                                                       const environment& env,
                                                       std::string_view command_name) {
  const auto refuse = [&](int code, std::string_view from, std::string_view url,
                          std::string_view why) {
    return usage_error{code, fmt::format("logio {}: {}: '{}' {}", command_name, from,
                                         masked_url(url), why)};
  };
  if (!flag_value.empty()) {
    auto hub = parse_hub_url(flag_value);
    if (!hub) return refuse(base::exit_usage, "--hub", flag_value, hub.error().why);
    return *hub;
  }
  if (const auto url = env.get("LOGIO_HUB")) {
    auto hub = parse_hub_url(*url);
    if (!hub) return refuse(base::exit_configuration, "LOGIO_HUB", *url, hub.error().why);
    return *hub;
  }
  if (const auto url = env.get("LOGIO_URL")) {
    auto publish = parse_publish_url(*url);
    if (!publish) return refuse(base::exit_configuration, "LOGIO_URL", *url, publish.error().why);
    return host_port{publish->hubs.front().host, subscribe_port};
  }
  return host_port{"127.0.0.1", subscribe_port};
}

}  // namespace logio::config
