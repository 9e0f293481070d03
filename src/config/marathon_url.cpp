#include "logio/config/marathon_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "masked_url.hpp"
#include "setters.hpp"
#include "sink_checks.hpp"
#include "small_file.hpp"
#include "url_options.hpp"
#include "url_text.hpp"
#include "value_text.hpp"

namespace logio::config {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view marathon_form = "write http://HOST:PORT";

struct marathon_parameter {
  std::string name;
  bool repeatable = false, secret = false, tls = false;
  setter set;
};

setter add_event_type(std::vector<std::string>& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (value.empty() || !std::ranges::all_of(value, fits)) {
      return "is no event's type: write letters, digits and _, as in status_update_event";
    }
    if (std::find(to.begin(), to.end(), value) == to.end()) to.emplace_back(value);
    return std::nullopt;
  };
}

setter set_user_name(std::string& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    if (value.find(':') != std::string_view::npos) {
      return "has a colon, which ends a user's name in HTTP";
    }
    return set_not_empty(to)(value);
  };
}

/// Where user and password are kept that the query, or the first address, gives to all.
struct credentials {
  std::string user, password;
};

std::vector<marathon_parameter> marathon_parameters(input::marathon_options& to, credentials& all) {
  return {
      {"user", false, false, false, set_user_name(all.user)},
      {"password", false, true, false, set_not_empty(all.password)},
      {"password_file", false, false, false, set_secret_from_file(all.password)},
      {"token", false, true, false, set_not_empty(to.token)},
      {"token_file", false, false, false, set_secret_from_file(to.token)},
      {"event_type", true, false, false, add_event_type(to.event_types)},
      {"check", false, false, false, set_duration(to.check, 100ms, 24h)},
      {"timeout", false, false, false, set_duration(to.timeout, 100ms, 1h)},
      {"read_timeout", false, false, false, set_duration(to.read_timeout, 100ms, 24h)},
      {"ca_file", false, false, true, set_pem_file(to.ca_file, "CERTIFICATE")},
      {"cert_file", false, false, true, set_pem_file(to.cert_file, "CERTIFICATE")},
      {"key_file", false, false, true, set_pem_file(to.key_file, "PRIVATE KEY")},
      {"tls_verify", false, false, true, set_bool(to.tls_verify)},
  };
}

std::optional<parameter_facts> facts_of_marathon(std::string_view name) {
  input::marathon_options none;
  credentials nobody;
  for (const marathon_parameter& p : marathon_parameters(none, nobody)) {
    if (p.name == name) return parameter_facts{p.repeatable, p.secret};
  }
  return std::nullopt;
}

/// The part of an address without its scheme that is in front of the path.
std::string_view authority_in(std::string_view address) noexcept {
  const auto scheme = address.find("://");
  if (scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  return address.substr(0, address.find('/'));
}

class marathon_parser {
 public:
  marathon_parser(std::string_view url, const environment& env) : url_(url), env_(env) {}

  parsed<input::marathon_options> run() {
    if (url_.size() > url_bytes_max) {
      problem(fmt::format("is longer than {} bytes", url_bytes_max));
    } else {
      read_all();
    }
    if (problems_.empty()) check();
    if (!problems_.empty()) return bad_url{joined(problems_)};
    give_credentials();
    if (has_tls() && out_.ca_file.empty()) {
      out_.ca_file = env_.get("SSL_CERT_FILE").value_or("");
    }
    out_.shown_url = masked_addresses(url_, facts_of_marathon);
    return std::move(out_);
  }

 private:
  void problem(std::string_view why) { problems_.push_back(one_line(why)); }

  void read_all() {
    const auto question = std::min(url_.find('?'), url_.size());
    const std::string_view query = url_.substr(question);
    split_addresses(url_.substr(0, question));
    if (has_stray(query)) return problem(stray_at);
    if (has_control_character(url_)) return problem("has a control character in it");
    if (url_.find('#') != std::string_view::npos) return problem("has a #: write %23 for it");
    if (query.find('?', 1) != std::string_view::npos) {
      return problem("has a second ?: the options stand behind the last address, once for all of "
                     "them; write %3F for a ? in a value");
    }
    for (const std::string_view address : addresses_) {
      // It may be a password behind which @HOST was forgotten; then the rest may be too.
      if (!read_address(address)) return;
    }
    read_options(
        query, facts_of_marathon,
        [this](const std::string& name, std::string_view written) { apply(name, written); },
        [this](const std::string& why) { problem(why); });
  }

  void split_addresses(std::string_view text) {
    for (bool more = true; more;) {
      const auto comma = text.find(',');
      more = comma != std::string_view::npos;
      addresses_.push_back(text.substr(0, comma));
      if (more) text.remove_prefix(comma + 1);
    }
  }

  /// An @ behind the / or ? where an address should have ended.
  bool has_stray(std::string_view query) const {
    const bool late = query.find('@') != std::string_view::npos;
    return std::ranges::any_of(addresses_, [late](std::string_view one) {
      const std::string_view authority = authority_in(one);
      const auto behind = static_cast<std::size_t>(authority.data() - one.data()) +
                          authority.size();
      if (one.find('@', behind) != std::string_view::npos) return true;
      return late && authority.find('@') == std::string_view::npos && !is_hosts(authority);
    });
  }

  bool read_address(std::string_view address) {
    const auto end = address.find("://");
    if (end != std::string_view::npos && is_scheme(address.substr(0, end))) {
      const std::string_view scheme = address.substr(0, end);
      if (scheme != "http" && scheme != "https") {
        problem(may_hold_password() && !out_.nodes.empty()
                    ? fmt::format("has a bad scheme: {}, or https", marathon_form)
                    : fmt::format("has the scheme '{}': {}, or https", scheme, marathon_form));
        return false;
      }
      tls_ = scheme == "https";
      address.remove_prefix(end + 3);
    } else if (out_.nodes.empty()) {
      problem(fmt::format("has no scheme: {}", marathon_form));
      return false;
    }
    const auto slash = std::min(address.find('/'), address.size());
    input::marathon_node node;
    node.tls = tls_;
    read_path(address.substr(slash), node);
    std::string_view authority = address.substr(0, slash);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
      read_user(authority.substr(0, at), node);
      authority.remove_prefix(at + 1);
    }
    return read_hosts(authority, node);
  }

  /// A variable may hold more than one host.
  bool read_hosts(std::string_view written, const input::marathon_node& like) {
    const auto text = read_value(written, value_form::user, env_);
    if (!text) {
      problem("has a bad host: " + text.error().why);
      return false;
    }
    auto hosts = parse_hosts(*text, like.tls ? 443 : 80);
    if (!hosts) {
      bad_hosts(hosts.error().why, has_variable(written));
      return false;
    }
    for (host_port& one : *hosts) {
      if (!is_host(one.host)) {
        problem(has_variable(written)  ? "has a bad host in a variable"
                : may_hold_password() ? "has a bad host; write %2C for a comma in a password"
                                      : fmt::format("has a bad host '{}'", one.host));
        return false;
      }
      out_.nodes.push_back(like);
      out_.nodes.back().host = std::move(one.host);
      out_.nodes.back().port = one.port;
    }
    return true;
  }

  void bad_hosts(const std::string& why, bool by_variable) {
    if (!why.starts_with("has a bad port")) {
      return problem(fmt::format("{}: {}", why, marathon_form));
    }
    if (by_variable) return problem("has a bad port in a variable");
    problem(fmt::format("has a bad port: {}{}", marathon_form,
                        may_hold_password() ? ", and %2C for a comma in a password" : ""));
  }

  /// Then what looks like an address may be a part of it, behind a comma.
  bool may_hold_password() const { return url_.find('@') != std::string_view::npos; }

  void read_user(std::string_view written, input::marathon_node& node) {
    const auto colon = std::min(written.find(':'), written.size());
    const std::string_view user = written.substr(0, colon);
    const bool has_password = colon < written.size();
    const std::string_view password = written.substr(std::min(colon + 1, written.size()));
    if (out_.nodes.empty()) {
      given_.insert("user");
      set("user", {user, value_form::user, false}, set_user_name(all_.user));
      if (has_password) {
        given_.insert("password");
        set("password", {password, value_form::user, true}, set_not_empty(all_.password));
      }
      return;
    }
    others_have_user_ = true;
    set("user", {user, value_form::user, false}, set_user_name(node.user));
    if (!has_password) return problem("has a user without a password");
    set("password", {password, value_form::user, true}, set_not_empty(node.password));
  }

  void read_path(std::string_view written, input::marathon_node& node) {
    auto path = read_value(written, value_form::user, env_);
    if (!path) return problem("has a bad path: " + path.error().why);
    while (path->ends_with('/')) path->pop_back();
    if (path->ends_with("/v2") || path->find("/v2/") != std::string::npos) {
      return problem("has /v2 in its path, which this hub adds itself: leave it out and what is "
                     "behind it");
    }
    node.path = percent_encoded_path(*path);
  }

  void apply(const std::string& name, std::string_view written) {
    const auto parameters = marathon_parameters(out_, all_);
    const auto p = std::find_if(parameters.begin(), parameters.end(),
                                [&](const marathon_parameter& q) { return q.name == name; });
    if (p == parameters.end()) {
      std::vector<std::string> names;
      for (const marathon_parameter& q : parameters) names.push_back(q.name);
      return problem(unknown_option(name, "a Marathon's URL", names));
    }
    if (!given_.insert(name).second && !p->repeatable) {
      return problem(fmt::format("has {} twice", name));
    }
    if (p->tls && !has_tls()) {
      return problem(fmt::format("has the option {}, which is for https only", name));
    }
    set(name, {written, value_form::query, p->secret}, p->set);
  }

  void set(std::string_view name, const written_value& value, const setter& to) {
    if (const auto wrong = set_option(name, value, to, env_)) problem(*wrong);
  }

  bool has_tls() const {
    return std::ranges::any_of(out_.nodes, [](const auto& node) { return node.tls; });
  }

  void check() {
    for (const std::string& why : check_secret_options(given_)) problem(why);
    if (!out_.token.empty() && others_have_user_ && given_.count("user") == 0) {
      problem("has both a user and a token");
    }
    if (has_control_character(out_.token)) {
      problem("has a bad token: there is a control character in it");
    }
    if (const auto why = check_pem_pair(out_.cert_file, out_.key_file)) problem(*why);
  }

  void give_credentials() {
    for (input::marathon_node& node : out_.nodes) {
      if (!node.user.empty()) continue;
      node.user = all_.user;
      node.password = all_.password;
    }
  }

  std::string_view url_;
  const environment& env_;
  std::vector<std::string_view> addresses_;
  bool tls_ = false;  // what an address without a scheme has
  bool others_have_user_ = false;
  input::marathon_options out_;
  credentials all_;
  option_names given_;
  std::vector<std::string> problems_;
};

}  // namespace

parsed<input::marathon_options> parse_marathon_url(std::string_view url, const environment& env) {
  return marathon_parser(url, env).run();
}

std::string shown_marathon_url(std::string_view url) {
  return one_line(masked_addresses(url, facts_of_marathon));
}

}  // namespace logio::config
