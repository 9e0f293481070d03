#include "callback_url.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>

#include <algorithm>
#include <optional>

#include "masked_url.hpp"
#include "sink_checks.hpp"
#include "url_text.hpp"
#include "value_text.hpp"

namespace logio::config {
namespace {

constexpr std::string_view callback_form = "write http://HOST:PORT/events";
constexpr std::string_view events_path = "/events";

struct callback_parts {
  bool tls = false;
  std::string_view authority;
  std::string_view path;   ///< with its slash; without query
  std::string_view query;  ///< with its ?
};

/// Of a URL with a good scheme.
callback_parts parts_of(std::string_view url) {
  callback_parts out;
  out.tls = url.starts_with("https://");
  url.remove_prefix(url.find("://") + 3);
  const auto end = std::min(url.find_first_of("/?"), url.size());
  const auto question = std::min(url.find('?'), url.size());
  out.authority = url.substr(0, end);
  out.path = url.substr(end, question - end);
  out.query = url.substr(question);
  return out;
}

enum class place { elsewhere, this_machine, nowhere };

/// What kind of address a host is, as far as it tells without asking for its name.
place place_of(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (host == "localhost" || host.ends_with(".localhost")) return place::this_machine;
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    if (IN6_IS_ADDR_LOOPBACK(&v6)) return place::this_machine;
    if (IN6_IS_ADDR_UNSPECIFIED(&v6)) return place::nowhere;
    if (!IN6_IS_ADDR_V4MAPPED(&v6)) return place::elsewhere;
    std::copy_n(v6.s6_addr + 12, 4, reinterpret_cast<std::uint8_t*>(&v4));
  } else if (::inet_aton(host.c_str(), &v4) == 0) {  // it takes 127.1 and 0, as resolvers do
    return place::elsewhere;
  }
  const std::uint32_t address = ntohl(v4.s_addr);
  if (address == INADDR_ANY) return place::nowhere;
  return address >> 24 == 127 ? place::this_machine : place::elsewhere;
}

using wrong_callback = std::optional<std::string>;

wrong_callback check_scheme(std::string_view url, bool by_variable) {
  const auto end = url.find("://");
  if (end == std::string_view::npos || !is_scheme(url.substr(0, end))) {
    return fmt::format("has no scheme: {}", callback_form);
  }
  const std::string_view scheme = url.substr(0, end);
  if (scheme == "http" || scheme == "https") return std::nullopt;
  if (by_variable) return fmt::format("has a bad scheme in a variable: {}", callback_form);
  return fmt::format("has the scheme '{}', but Marathon posts by HTTP: {}", scheme, callback_form);
}

wrong_callback check_authority(std::string_view authority, bool by_variable) {
  if (authority.find('@') != std::string_view::npos) {
    return "has a user, which everyone sees who asks Marathon for its subscriptions: leave it out";
  }
  const auto at = parse_host_port(authority, 80);
  if (!at && at.error().why.starts_with("has a bad port")) {
    return fmt::format("has a bad port{}: {}", by_variable ? " in a variable" : "", callback_form);
  }
  if (!at) return fmt::format("{}: {}", at.error().why, callback_form);
  if (!is_host(at->host)) {
    return by_variable ? "has a bad host in a variable"
                       : fmt::format("has a bad host '{}'", at->host);
  }
  if (place_of(at->host) != place::nowhere) return std::nullopt;
  return fmt::format("has the host {}, where nobody can post to: write a name of this machine that "
                     "Marathon can reach",
                     by_variable ? "0.0.0.0 or ::" : at->host);
}

wrong_callback check_callback(std::string_view url, bool by_variable) {
  if (url.size() > url_bytes_max) return fmt::format("is longer than {} bytes", url_bytes_max);
  if (has_control_character(url) || url.find(' ') != std::string_view::npos) {
    return "has a space or a control character in it: write %20 for a space";
  }
  if (auto why = check_scheme(url, by_variable)) return why;
  if (url.find('#') != std::string_view::npos) {
    return "has a #, and what is behind it is never sent: leave it out";
  }
  const callback_parts parts = parts_of(url);
  if (auto why = check_authority(parts.authority, by_variable)) return why;
  if (parts.path.ends_with(events_path)) return std::nullopt;
  return fmt::format("has a path that does not end in /events, where this hub takes events: {}",
                     callback_form);
}

std::string address_text(const host_port& at, bool tls) {
  const bool usual = at.port == (tls ? 443 : 80);
  return usual ? std::string() : fmt::format(":{}", at.port);
}

}  // namespace

parsed<std::string> parse_callback_url(std::string_view text, const environment& env) {
  auto url = read_value(text, value_form::plain, env);
  if (!url) return bad_url{"is no URL: " + url.error().why};
  if (auto why = check_callback(*url, has_variable(text))) return bad_url{one_line(*why)};
  return url;
}

std::string shown_callback_url(std::string_view url) { return one_line(masked_url(url)); }

std::vector<std::string> callback_warnings(const input::marathon_options& marathon) {
  std::vector<std::string> out;
  if (marathon.callback_url.empty()) return out;
  const callback_parts parts = parts_of(marathon.callback_url);
  const auto at = parse_host_port(parts.authority, parts.tls ? 443 : 80);
  const auto warn = [&](std::string_view what) {
    out.push_back(fmt::format("the callback URL '{}': {}",
                              shown_callback_url(marathon.callback_url), what));
  };
  const auto far = std::ranges::find_if(marathon.nodes, [](const auto& node) {
    return place_of(node.host) == place::elsewhere;
  });
  if (at && place_of(at->host) == place::this_machine && far != marathon.nodes.end()) {
    warn(fmt::format("Marathon on {0} would post to itself; write a name of this machine that {0} "
                     "can reach, as in {1}://NAME{2}{3}",
                     far->host, parts.tls ? "https" : "http", address_text(*at, parts.tls),
                     parts.path));
  }
  if (parts.tls) {
    warn("this hub's own ports speak plain HTTP; Marathon gets through only by a proxy that ends "
         "TLS");
  }
  if (parts.path != events_path) {
    warn(fmt::format("this hub takes events at /events only; Marathon gets through only by a proxy "
                     "that takes {} off the path",
                     parts.path.substr(0, parts.path.size() - events_path.size())));
  }
  return out;
}

}  // namespace logio::config
