#include "logio/config/endpoint_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

constexpr std::uint16_t publish_port = 7701;
constexpr std::uint16_t subscribe_port = 7702;

parsed<host_port> parse_authority(std::string_view text, std::uint16_t default_port) {
  host_port out{{}, default_port};
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return bad_url{"has a [ without ]"};
    out.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    out.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (out.host.empty()) return bad_url{"has no host"};
  if (rest.empty()) return out;
  const char* const end = rest.data() + rest.size();
  const auto [behind, error] = std::from_chars(rest.data() + 1, end, out.port);
  if (rest[0] != ':' || error != std::errc{} || behind != end || out.port == 0) {
    return bad_url{fmt::format("has a bad port '{}'", rest.substr(1))};
  }
  return out;
}

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int a = hex(text[i + 1]), b = hex(text[i + 2]);
      if (a < 0 || b < 0) return std::nullopt;
      out += static_cast<char>(a * 16 + b);
      i += 2;
    }
  }
  return out;
}

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
  std::string_view hosts = without_user(authority_of(url.substr(scheme.size()), tail));
  publish_url out;
  for (bool more = true; more;) {
    const auto comma = hosts.find(',');
    more = comma != std::string_view::npos;
    auto one = parse_authority(hosts.substr(0, comma), publish_port);
    if (!one) return one.error();
    out.hubs.push_back(std::move(*one));
    if (more) hosts.remove_prefix(comma + 1);
  }
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
  return parse_authority(authority, subscribe_port);
}

boost::system::result<host_port, usage_error> find_hub(const std::string& flag_value,
                                                       const environment& env,
                                                       std::string_view command_name) {
  const auto refuse = [&](int code, std::string_view from, std::string_view url,
                          std::string_view why) {
    return usage_error{code, fmt::format("logio {}: {}: '{}' {}", command_name, from, url, why)};
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
