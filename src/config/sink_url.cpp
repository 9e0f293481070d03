#include "logio/config/sink_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "logio/config/flag_table.hpp"
#include "masked_url.hpp"
#include "sink_checks.hpp"
#include "sink_parameters.hpp"
#include "url_options.hpp"
#include "url_text.hpp"
#include "value_text.hpp"

namespace logio::config {
namespace {

/// An option, wherever it is written.
struct given_option {
  std::string name;
  std::string_view text;  // its value as written
  value_form form = value_form::query;
  sink_setting::type type = sink_setting::type::text;
  unsigned line = 0;
};

class sink_parser {
 public:
  sink_parser(std::string_view url, const environment& env) : url_(url), env_(env) {}

  parsed_sink run(std::span<const sink_setting> settings) {
    if (url_.size() > url_bytes_max) {
      problem(fmt::format("is longer than {} bytes", url_bytes_max));
    } else if (read_scheme()) {
      parameters_ = sink_parameters(out_);
      read_rest();
      for (const sink_setting& s : settings) {
        apply({s.name, s.value, value_form::plain, s.given, s.line});
      }
      if (problems_.empty()) {
        for (std::string& why : check_sink(out_, *scheme_, given_)) problem(std::move(why));
      }
    }
    if (!problems_.empty()) return std::move(problems_);
    if (out_.over == sink::transport::tls && out_.tls.ca_file.empty()) {
      out_.tls.ca_file = env_.get("SSL_CERT_FILE").value_or("");
    }
    out_.shown_url = masked_url(url_);
    return std::move(out_);
  }

 private:
  void problem(std::string why, unsigned line = 0) {
    problems_.push_back({one_line(why), line});
  }

  bool read_scheme() {
    const auto end = url_.find("://");
    if (end == std::string_view::npos) {
      problem("is no URL: write SCHEME://HOST, as in syslog+tcp://host:514");
      return false;
    }
    const std::string_view name = url_.substr(0, end);
    scheme_ = find_sink_scheme(name);
    if (scheme_ == nullptr) {
      std::vector<std::string> names;
      for (const sink_scheme& s : sink_schemes()) names.emplace_back(s.name);
      const std::string meant = nearest(name, names);
      problem(meant.empty()
                  ? fmt::format("has the unknown scheme '{}'; there are {}", name,
                                fmt::join(names, ", "))
                  : fmt::format("has the unknown scheme '{}'; did you mean {}?", name, meant));
      return false;
    }
    out_ = default_sink_options(*scheme_);
    rest_ = url_.substr(end + 3);
    return true;
  }

  void read_rest() {
    if (has_stray_at(url_)) {
      return problem(stray_at);
    }
    const auto question = std::min(rest_.find('?'), rest_.size());
    const std::string_view query = rest_.substr(question);
    const std::string_view place = rest_.substr(0, question);
    if (url_.find('#') != std::string_view::npos) {
      return problem("has a #: write %23 for it");
    }
    const auto slash = std::min(place.find('/'), place.size());
    read_authority(place.substr(0, slash));
    // It may be a password behind which @HOST was forgotten; then the rest may be too.
    if (out_.peers.empty() && takes_user(*scheme_)) return;
    read_path(place.substr(slash));
    read_options(
        query, facts_of,
        [this](const std::string& name, std::string_view written) {
          apply({name, written, value_form::query, {}, 0});
        },
        [this](std::string why) { problem(std::move(why)); });
  }

  void read_authority(std::string_view authority) {
    const auto at = authority.rfind('@');
    if (at != std::string_view::npos) read_user(authority.substr(0, at));
    const std::string_view written =
        at == std::string_view::npos ? authority : authority.substr(at + 1);
    auto hosts = read_value(written, value_form::user, env_);
    if (!hosts) return problem("has a bad host: " + hosts.error().why);
    if (scheme_->default_port == 0) return read_no_host(*hosts);
    auto peers = parse_hosts(*hosts, scheme_->default_port);
    if (!peers) return bad_hosts(peers.error().why, has_variable(written));
    for (host_port& p : *peers) {
      if (!is_host(p.host)) {
        return problem(has_variable(written) ? "has a bad host in a variable"
                                             : fmt::format("has a bad host '{}'", p.host));
      }
      out_.peers.push_back({std::move(p.host), p.port});
    }
  }

  void bad_hosts(const std::string& why, bool by_variable) {
    if (!why.starts_with("has a bad port")) {
      return problem(fmt::format("{}; write it as in {}", why, scheme_->example));
    }
    if (by_variable) return problem("has a bad port in a variable");
    problem(fmt::format("{}; write it as in {}",
                        takes_user(*scheme_) ? std::string_view("has a bad port") : why,
                        scheme_->example));
  }

  void read_no_host(std::string_view host) {
    if (host.empty() || host == "localhost") return;
    problem(fmt::format("has a host, which {} does not take; write it as in {}", scheme_->name,
                        scheme_->example));
  }

  void read_user(std::string_view written) {
    const auto colon = std::min(written.find(':'), written.size());
    apply({"user", written.substr(0, colon), value_form::user, {}, 0});
    if (colon < written.size()) {
      apply({"password", written.substr(colon + 1), value_form::user, {}, 0});
    }
  }

  void read_path(std::string_view written) {
    if (written.starts_with('/') && out_.kind != sink::kind::file) written.remove_prefix(1);
    auto path = read_value(written, value_form::path, env_);
    if (!path) return problem("has a bad path: " + path.error().why);
    out_.path = std::move(*path);
    if (auto why = check_sink_path(out_, *scheme_)) {
      problem(has_variable(written) ? "has a bad path in a variable" : std::move(*why));
    }
  }

  void apply(const given_option& o) {
    const auto p = std::find_if(parameters_.begin(), parameters_.end(),
                                [&](const sink_parameter& q) { return q.name == o.name; });
    if (p == parameters_.end()) return unknown(o);
    if (!belongs_to(*p, *scheme_)) {
      return problem(fmt::format("has the option {}, which is for {} only", o.name,
                                 schemes_of(*p)), o.line);
    }
    if (!given_.insert(o.name).second && !p->repeatable) {
      return problem(fmt::format("has {} twice", o.name), o.line);
    }
    if (const char* const type = wrong_type(*p, o.type)) {
      return problem(fmt::format("has a bad {}: it must be a string, not {}", o.name, type),
                     o.line);
    }
    auto wrong = set_option(o.name, {o.text, o.form, p->secret}, p->set, env_);
    if (wrong) problem(std::move(*wrong), o.line);
  }

  static const char* wrong_type(const sink_parameter& p, sink_setting::type given) {
    using type = sink_setting::type;
    using form = sink_parameter::form;
    if (given == type::number && p.takes != form::number) return "a number";
    if (given == type::boolean && p.takes != form::boolean) return "true or false";
    return nullptr;
  }

  void unknown(const given_option& o) {
    std::vector<std::string> names;
    for (const sink_parameter& p : parameters_) {
      if (belongs_to(p, *scheme_)) names.push_back(p.name);
    }
    problem(unknown_option(o.name, scheme_->name, names), o.line);
  }

  std::string_view url_, rest_;
  const environment& env_;
  const sink_scheme* scheme_ = nullptr;
  sink::sink_options out_;
  std::vector<sink_parameter> parameters_;  // they set out_
  option_names given_;
  sink_problems problems_;
};

}  // namespace

parsed_sink parse_sink_url(std::string_view url, const environment& env,
                           std::span<const sink_setting> settings) {
  return sink_parser(url, env).run(settings);
}

std::string joined(const sink_problems& problems) {
  std::string out;
  for (const sink_problem& p : problems) out += (out.empty() ? "" : "; it ") + p.why;
  return out;
}

std::string shown_sink_url(std::string_view url) { return one_line(masked_url(url)); }

void name_sinks(std::span<sink::sink_options> sinks) {
  std::set<std::string> taken;
  for (const sink::sink_options& s : sinks) taken.insert(s.name);
  for (sink::sink_options& s : sinks) {
    if (!s.name.empty()) continue;
    const std::string wanted = default_sink_name(s);
    s.name = wanted;
    for (unsigned n = 2; !taken.insert(s.name).second; ++n) {
      const std::string behind = fmt::format("-{}", n);
      s.name = wanted.substr(0, sink_name_bytes_max - behind.size()) + behind;
    }
  }
}

}  // namespace logio::config
