#include "masked_url.hpp"

#include <algorithm>
#include <optional>

#include "sink_parameters.hpp"
#include "url_text.hpp"

namespace logio::config {
namespace {

constexpr std::string_view mask = "***";

/// What stands in front of the host, and what is behind it.
struct parts {
  std::string_view scheme;  // with ://
  std::string_view rest;    // up to the query
  std::string_view query;   // with ?
};

parts split(std::string_view url) noexcept {
  const auto found = url.find("://");
  const auto begin = found == std::string_view::npos ? 0 : found + 3;
  const auto question = std::min(url.find('?', begin), url.size());
  return {url.substr(0, begin), url.substr(begin, question - begin), url.substr(question)};
}

/// A path may have any characters, and no user stands in front of it.
bool is_file(const parts& p) noexcept { return p.scheme == "file://" && p.rest.starts_with('/'); }

/// Unknown schemes may.
bool takes_password(std::string_view scheme) {
  const sink_scheme* const known = find_sink_scheme(scheme.substr(0, scheme.find(':')));
  return known == nullptr || takes_user(*known);
}

std::string masked_query(std::string_view query, const facts_finder& facts_of_option) {
  std::string out;
  bool behind_secret = false;
  while (!query.empty()) {
    out += query[0];  // ? or &
    query.remove_prefix(1);
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view piece = query.substr(0, end);
    query.remove_prefix(end);
    const auto equals = piece.find('=');
    const auto name = percent_decoded(piece.substr(0, equals));
    const auto facts = name ? facts_of_option(*name) : std::nullopt;
    const bool known = facts.has_value();
    const bool secret = facts.value_or(parameter_facts()).secret;
    if (piece.empty()) continue;
    if (equals == std::string_view::npos || (!known && behind_secret)) {
      out += mask;  // it may be the rest of a secret with an & in it
    } else if (known && !secret) {
      out += piece;
    } else {
      out += piece.substr(0, equals + 1);
      out += mask;
    }
    if (known) behind_secret = secret;
  }
  return out;
}

/// The bytes of `http://` in front of the addresses.
std::size_t scheme_bytes(std::string_view addresses) noexcept {
  const auto found = addresses.find("://");
  if (found == std::string_view::npos || !is_scheme(addresses.substr(0, found))) return 0;
  return found + 3;
}

/// The bytes up to an address with a scheme of its own; the comma in front of it is among them.
std::size_t same_scheme_bytes(std::string_view addresses) noexcept {
  const auto comma = addresses.rfind(',', addresses.find("://"));
  const bool more = addresses.find("://") != std::string_view::npos;
  return more && comma != std::string_view::npos ? comma + 1 : addresses.size();
}

/// Appends addresses without schemes. Whether that was all of them: it ends in front of what may be
/// a password.
bool append_masked_addresses(std::string& out, std::string_view addresses) {
  const auto at = addresses.rfind('@');
  if (at != std::string_view::npos) {
    const auto colon = addresses.find(':');
    out += colon < at ? addresses.substr(0, colon + 1) : addresses.substr(0, at);
    if (colon < at) out += mask;
    out += '@';
    addresses.remove_prefix(at + 1);
  }
  while (!addresses.empty()) {
    const auto comma = std::min(addresses.find(','), addresses.size());
    const std::string_view one = addresses.substr(0, comma);
    const std::string_view authority = one.substr(0, one.find('/'));
    if (!is_hosts(authority)) {
      out += authority.substr(0, authority.find(':'));
      out += ":***";
      return false;
    }
    const auto end = std::min(comma + 1, addresses.size());
    out += addresses.substr(0, end);
    addresses.remove_prefix(end);
  }
  return true;
}

}  // namespace

std::string masked_url(std::string_view url) {
  const parts p = split(url);
  std::string out(p.scheme);
  const auto at = p.rest.rfind('@');
  const auto colon = p.rest.find(':');
  const bool has_user = at != std::string_view::npos && !is_file(p);
  if (has_user) {
    out += colon < at ? p.rest.substr(0, colon + 1) : p.rest.substr(0, at);
    if (colon < at) out += mask;
    out += p.rest.substr(at);
    return out + masked_query(p.query, facts_of);
  }
  const std::string_view authority = p.rest.substr(0, p.rest.find('/'));
  const auto late_at = p.query.rfind('@');
  if (!is_file(p) && late_at != std::string_view::npos && !is_hosts(authority)) {
    out += p.rest.substr(0, colon + 1);
    out += mask;
    return out += p.query.substr(late_at);
  }
  if (!is_file(p) && !is_hosts(authority) && !p.scheme.empty() && takes_password(p.scheme)) {
    out += p.rest.substr(0, colon);
    return out += ":***";
  }
  out += p.rest;
  return out + masked_query(p.query, facts_of);
}

std::string masked_addresses(std::string_view url, const facts_finder& facts) {
  const auto question = std::min(url.find('?'), url.size());
  std::string out;
  for (std::string_view rest = url.substr(0, question); !rest.empty();) {
    const auto scheme = scheme_bytes(rest);
    out += rest.substr(0, scheme);
    rest.remove_prefix(scheme);
    const auto end = same_scheme_bytes(rest);
    if (!append_masked_addresses(out, rest.substr(0, end))) return out;
    rest.remove_prefix(end);
  }
  return out + masked_query(url.substr(question), facts);
}

bool is_hosts(std::string_view authority) {
  if (authority.find(':') == std::string_view::npos) return true;
  std::string text(authority);
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
    const auto close = text.find('}', at);
    if (close == std::string::npos) return false;
    text.replace(at, close + 1 - at, "1");
  }
  return parse_hosts(text, 1).has_value();
}

bool has_stray_at(std::string_view url) {
  const parts p = split(url);
  if (is_file(p)) return false;
  const auto slash = std::min(p.rest.find('/'), p.rest.size());
  const std::string_view authority = p.rest.substr(0, slash);
  if (p.rest.find('@', slash) != std::string_view::npos) return true;
  return authority.find('@') == std::string_view::npos &&
         p.query.find('@') != std::string_view::npos && !is_hosts(authority);
}

}  // namespace logio::config
