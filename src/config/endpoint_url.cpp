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
constexpr std::uint16_t subscribe_port = 7702, https_port = 443;

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
  if (!url.starts_with(scheme))
    return bad_url{"is no URL of a hub: write logio://HOST:7701?app=NAME"};
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

std::string to_string(const hub_url& hub) {
  return fmt::format("http{}://{}{}", hub.tls ? "s" : "",
                     to_string(static_cast<const host_port&>(hub)), hub.path);
}

parsed<hub_url> parse_hub_url(std::string_view url) {
  hub_url out;
  out.tls = url.starts_with("https://");
  if (!out.tls && !url.starts_with("http://")) {
    return bad_url{"is no URL of a hub: write http://HOST:7702"};
  }
  std::string_view tail;
  const std::string_view authority = authority_of(url.substr(out.tls ? 8 : 7), tail);
  if (tail.find_first_of("?#") != std::string_view::npos) {
    return bad_url{"has a query: which records are wanted is said by flags (-a, -p, -g)"};
  }
  if (has_control_character(url)) return bad_url{"has a control character"};
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view secret = authority.substr(0, at);
    const auto colon = std::min(secret.find(':'), secret.size());
    auto user = percent_decoded(secret.substr(0, colon));
    auto password = percent_decoded(secret.substr(std::min(colon + 1, secret.size())));
    if (!user || !password) return bad_url{"has a % without two hex digits"};
    out.user = std::move(*user);
    out.password = std::move(*password);
  }
  auto where = parse_host_port(without_user(authority), out.tls ? https_port : subscribe_port);
  if (!where) return where.error();
  static_cast<host_port&>(out) = std::move(*where);
  while (tail.ends_with('/')) tail.remove_suffix(1);
  out.path = tail;
  return out;
}

boost::system::result<hub_url, usage_error> find_hub(const std::string& flag_value,
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
    return hub_url{{publish->hubs.front().host, subscribe_port}};
  }
  return hub_url{{"127.0.0.1", subscribe_port}};
}

}  // namespace logio::config
