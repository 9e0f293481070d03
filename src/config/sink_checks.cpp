#include "sink_checks.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "url_text.hpp"

namespace logio::config {
namespace {

using sink::kind;
using wrong = std::optional<std::string>;

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The path without the parts of its template, each of which becomes `0`.
std::string literal_path(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 1 < path.size()) {
      const char next = path[++i];
      out += next == '%' || next == '{' ? next : '0';
    } else {
      out += path[i];
    }
  }
  return out;
}

/// `write it as in ...`, behind what is wrong.
std::string as_in(std::string_view what, const sink_scheme& scheme) {
  return fmt::format("{}; write it as in {}", what, scheme.example);
}

wrong check_topic(const sink::sink_options& o, const sink_scheme& scheme) {
  const std::string topic = literal_path(o.path);
  if (topic.empty()) return as_in("has no topic", scheme);
  const auto fits = [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
  };
  // %Y becomes four digits, the others two.
  const auto years = static_cast<std::size_t>(std::count(o.path.begin(), o.path.end(), '%'));
  if (topic.size() + 3 * years > 249 || !std::ranges::all_of(topic, fits) || topic == "." ||
      topic == "..") {
    return fmt::format("has a bad topic '{}': Kafka's have at most 249 of A-Z a-z 0-9 . _ -",
                       o.path);
  }
  return std::nullopt;
}

wrong check_index(const sink::sink_options& o, const sink_scheme& scheme) {
  const std::string index = literal_path(o.path);
  if (index.empty()) return as_in("has no index", scheme);
  const auto bad = [](char c) {
    constexpr std::string_view not_allowed = "\\/*?\"<>| ,#:";
    return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) < ' ' || c == '\x7f' ||
           not_allowed.find(c) != std::string_view::npos;
  };
  constexpr std::string_view not_first = "-_+";
  const auto years = static_cast<std::size_t>(std::count(o.path.begin(), o.path.end(), '%'));
  if (index.size() + 3 * years > 255 || std::ranges::any_of(index, bad) ||
      not_first.find(index[0]) != std::string_view::npos || index == "." || index == "..") {
    return fmt::format("has a bad index '{}': Elasticsearch's have no capitals, none of "
                       "\\ / * ? \" < > | , # : and space, and do not begin with - _ or +",
                       o.path);
  }
  return std::nullopt;
}

wrong check_file(const sink::sink_options& o, const sink_scheme& scheme) {
  if (!o.path.starts_with('/') || o.path.ends_with('/')) {
    return as_in("names no file", scheme);
  }
  if (has_control_character(o.path)) return "has a control character in its path";
  for (std::size_t i = 0; i < o.path.size(); ++i) {
    if (o.path[i] == '%') {
      ++i;
    } else if (o.path[i] == '{') {
      const auto rest = std::string_view(o.path).substr(i);
      if (!rest.starts_with("{app}") && !rest.starts_with("{proc}") &&
          !rest.starts_with("{host}")) {
        return "has a { in its path that begins none of {app} {proc} {host}; write %7B for a "
               "brace";
      }
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_host(std::string_view host) noexcept {
  const bool v6 = host.find(':') != std::string_view::npos;
  return host.size() <= 255 && std::ranges::all_of(host, [v6](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_' ||
                  (v6 && (c == ':' || c == '%'));
         });
}

std::optional<std::string> check_sink_path(const sink::sink_options& o,
                                           const sink_scheme& scheme) {
  switch (o.kind) {
    case kind::kafka: return check_topic(o, scheme);
    case kind::elasticsearch: return check_index(o, scheme);
    case kind::file: return check_file(o, scheme);
    default: break;
  }
  if (o.path.empty()) return std::nullopt;
  return as_in(fmt::format("has a path, which {} does not take", scheme.name), scheme);
}

std::vector<std::string> check_sink(const sink::sink_options& o, const sink_scheme& scheme,
                                    const option_names& given) {
  std::vector<std::string> out;
  const auto has = [&](std::string_view name) { return given.find(name) != given.end(); };
  if (o.peers.size() > 1 && o.kind != kind::kafka && o.kind != kind::elasticsearch) {
    out.push_back(fmt::format("has {} hosts; {} takes one", o.peers.size(), scheme.name));
  }
  if (auto why = check_pem_pair(o.tls.cert_file, o.tls.key_file)) out.push_back(std::move(*why));
  for (std::string& why : check_secret_options(given)) out.push_back(std::move(why));
  if (o.kind == kind::kafka && has("user") != has("sasl_mechanism")) {
    out.emplace_back(has("user")
                         ? "has a user without a sasl_mechanism (PLAIN|SCRAM-SHA-256|"
                           "SCRAM-SHA-512)"
                         : "has a sasl_mechanism without a user");
  }
  if (o.batch_bytes > o.queue_bytes) out.emplace_back("has a batch_bytes above its queue_bytes");
  return out;
}

std::string default_sink_name(const sink::sink_options& o) {
  constexpr std::array<std::string_view, 7> kinds{"in-memory",     "syslog", "gelf", "kafka",
                                                  "elasticsearch", "file",   "logio"};
  std::string out(kinds[static_cast<std::size_t>(o.kind)]);
  const auto add = [&out](std::string_view text) {
    out += '-';
    for (const char c : text) {
      if (is_letter_or_digit(c) || c == '.' || c == '_') {
        out += c;
      } else if (out.back() != '-') {
        out += '-';
      }
    }
    while (out.ends_with('-')) out.pop_back();
  };
  if (!o.peers.empty()) {
    add(o.peers.front().host);
    add(std::to_string(o.peers.front().port));
  }
  if (!o.path.empty()) add(o.path);
  out.resize(std::min(out.size(), sink_name_bytes_max));
  return out;
}

}  // namespace logio::config
