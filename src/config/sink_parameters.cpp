#include "sink_parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <utility>

#include "setters.hpp"
#include "small_file.hpp"

namespace logio::config {
namespace {

using namespace std::chrono_literals;
using sink::kind;
using sink::transport;
using form = sink_parameter::form;

constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

constexpr std::array<sink_scheme, 14> schemes{{
    {"in-memory", "in-memory", kind::in_memory, transport::none, 0, "in-memory://localhost/"},
    {"syslog", "syslog", kind::syslog, transport::udp, 514, "syslog://host:514"},
    {"syslog+tcp", "syslog", kind::syslog, transport::tcp, 514, "syslog+tcp://host:514"},
    {"syslog+tls", "syslog", kind::syslog, transport::tls, 6514, "syslog+tls://host:6514"},
    {"gelf+udp", "gelf", kind::gelf, transport::udp, 12201, "gelf+udp://host:12201"},
    {"gelf+tcp", "gelf", kind::gelf, transport::tcp, 12201, "gelf+tcp://host:12201"},
    {"gelf+tls", "gelf", kind::gelf, transport::tls, 12201, "gelf+tls://host:12201"},
    {"kafka", "kafka", kind::kafka, transport::tcp, 9092, "kafka://host:9092/topic"},
    {"kafka+tls", "kafka", kind::kafka, transport::tls, 9093, "kafka+tls://host:9093/topic"},
    {"elasticsearch", "elasticsearch", kind::elasticsearch, transport::tcp, 9200,
     "elasticsearch://host:9200/logs-%Y.%m.%d"},
    {"elasticsearch+https", "elasticsearch", kind::elasticsearch, transport::tls, 9200,
     "elasticsearch+https://host:9200/logs-%Y.%m.%d"},
    {"file", "file", kind::file, transport::none, 0, "file:///var/log/{app}/%Y%m%d.log"},
    {"logio", "logio", kind::logio, transport::tcp, 7701, "logio://hub:7701"},
    {"logios", "logio", kind::logio, transport::tls, 7701, "logios://hub:7701"},
}};
constexpr std::uint32_t all_schemes = (1u << schemes.size()) - 1;

template <class Is>
constexpr std::uint32_t schemes_where(Is is) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    if (is(schemes[i])) bits |= 1u << i;
  }
  return bits;
}

constexpr std::uint32_t of_kind(kind wanted) {
  return schemes_where([wanted](const sink_scheme& s) { return s.kind == wanted; });
}
constexpr std::uint32_t of_kind(kind wanted, transport over) {
  return schemes_where(
      [=](const sink_scheme& s) { return s.kind == wanted && s.over == over; });
}

setter set_severity(std::string& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    constexpr std::array<std::string_view, 6> names{"trace", "debug", "info",
                                                    "warn",  "error", "fatal"};
    std::string lower(value);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    std::uint64_t number = 0;
    if (std::find(names.begin(), names.end(), lower) == names.end() &&
        (set_count(number, 1, 24)(value) || value[0] == '0')) {
      return "is none of trace|debug|info|warn|error|fatal and no number from 1 to 24";
    }
    to = lower;
    return std::nullopt;
  };
}

setter set_facility(std::uint8_t& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    // RFC 5424, 6.2.1, with the names of syslog(3).
    constexpr std::array<std::string_view, 24> names{
        "kern",   "user",   "mail",   "daemon", "auth",   "syslog", "lpr",    "news",
        "uucp",   "cron",   "authpriv", "ftp",  "ntp",    "audit",  "alert",  "clock",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"};
    const auto found = std::find(names.begin(), names.end(), value);
    std::uint64_t number = 0;
    if (found != names.end()) {
      number = static_cast<std::uint64_t>(found - names.begin());
    } else if (set_count(number, 0, 23)(value)) {
      return "is no facility: write user, daemon, auth, cron, local0 to local7 ... or 0 to 23";
    }
    to = static_cast<std::uint8_t>(number);
    return std::nullopt;
  };
}

setter set_name(std::string& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '_' || c == '-';
    };
    // It becomes a file's name and a part of a path in HTTP.
    if (value.empty() || value.size() > 64 || !std::ranges::all_of(value, fits) || value == "." ||
        value == "..") {
      return "is no name: write 1 to 64 of A-Z a-z 0-9 . _ -";
    }
    to = value;
    return std::nullopt;
  };
}

setter set_sd_id(std::string& to) {
  return [&to](std::string_view value) -> std::optional<std::string> {
    // RFC 5424, 6.3.2.
    const auto fits = [](char c) {
      return c > ' ' && c < '\x7f' && c != '=' && c != ']' && c != '"';
    };
    if (value.empty() || value.size() > 32 || !std::ranges::all_of(value, fits)) {
      return "is no SD-ID: write 1 to 32 printable characters without = ] \" and space, as in "
             "logio@32473";
    }
    to = value;
    return std::nullopt;
  };
}

std::vector<std::string> formats_of(kind k) {
  switch (k) {
    case kind::syslog: return {"rfc5424", "rfc3164", "marathon-logger"};
    case kind::kafka: return {"json", "gelf", "text"};
    case kind::file: return {"text", "ndjson"};
    default: return {};
  }
}

std::vector<std::string> compressions_of(kind k) {
  switch (k) {
    case kind::gelf: return {"gzip", "zlib", "none"};
    case kind::kafka: return {"lz4", "zstd", "none"};
    case kind::elasticsearch: return {"gzip", "none"};
    case kind::file: return {"gzip", "zstd", "none"};
    default: return {};
  }
}

void add_common(std::vector<sink_parameter>& out, sink::sink_options& to) {
  const auto add = [&](std::string name, form takes, setter set) {
    out.push_back({std::move(name), all_schemes, takes, false, false, std::move(set)});
  };
  const auto patterns = [&](std::string name, std::vector<std::string>& list) {
    out.push_back({std::move(name), all_schemes, form::text, true, false, add_text(list)});
  };
  add("name", form::text, set_name(to.name));
  patterns("app", to.selection.app);
  patterns("proc", to.selection.proc);
  patterns("host", to.selection.host);
  patterns("log", to.selection.log);
  patterns("exclude", to.selection.exclude);
  add("severity", form::number, set_severity(to.selection.severity));
  add("on_full", form::text, set_choice("drop_oldest|spill", [&to](std::string_view v) {
        to.on_full = v == "spill" ? sink::when_full::spill : sink::when_full::drop_oldest;
        return v == "spill" || v == "drop_oldest";
      }));
  add("queue_bytes", form::number, set_size(to.queue_bytes, 64 * kib, 64 * gib));
  add("batch_records", form::number, set_count(to.batch_records, 1, 1'000'000));
  add("batch_bytes", form::number, set_size(to.batch_bytes, kib, 64 * mib));
  add("batch_age", form::text, set_duration(to.batch_age, 0ms, 1h));
  add("rate_records", form::number, set_count(to.rate_records, 0, 1'000'000'000));
  add("rate_bytes", form::number, set_size(to.rate_bytes, 0, no_limit));
  add("timeout", form::text, set_duration(to.timeout, 100ms, 1h));
  add("retry_max_age", form::text, set_duration(to.retry_max_age, 0ms));
}

void add_secrets(std::vector<sink_parameter>& out, sink::sink_options& to) {
  const std::uint32_t with_tls =
      schemes_where([](const sink_scheme& s) { return s.over == transport::tls; });
  const std::uint32_t with_user = schemes_where(takes_user);
  const std::uint32_t with_token = of_kind(kind::elasticsearch);
  const auto add = [&](std::string name, std::uint32_t where, bool secret, setter set) {
    out.push_back({std::move(name), where, form::text, false, secret, std::move(set)});
  };
  add("user", with_user, false, set_not_empty(to.secrets.user));
  add("password", with_user, true, set_not_empty(to.secrets.password));
  add("password_file", with_user, false, set_secret_from_file(to.secrets.password));
  add("token", with_token, true, set_not_empty(to.secrets.token));
  add("token_file", with_token, false, set_secret_from_file(to.secrets.token));
  add("ca_file", with_tls, false, set_pem_file(to.tls.ca_file, "CERTIFICATE"));
  add("cert_file", with_tls, false, set_pem_file(to.tls.cert_file, "CERTIFICATE"));
  add("key_file", with_tls, false, set_pem_file(to.tls.key_file, "PRIVATE KEY"));
  out.push_back({"tls_verify", with_tls, form::boolean, false, false, set_bool(to.tls.verify)});
}

void add_special(std::vector<sink_parameter>& out, sink::sink_options& to) {
  const auto add = [&](std::string name, std::uint32_t where, form takes, setter set) {
    out.push_back({std::move(name), where, takes, false, false, std::move(set)});
  };
  add("format", of_kind(kind::syslog) | of_kind(kind::kafka) | of_kind(kind::file), form::text,
      set_word(to.format, formats_of(to.kind)));
  add("facility", of_kind(kind::syslog), form::number, set_facility(to.facility));
  add("framing", of_kind(kind::syslog, transport::tcp) | of_kind(kind::syslog, transport::tls),
      form::text, set_choice("octet|newline", [&to](std::string_view v) {
        to.octet_framing = v == "octet";
        return v == "octet" || v == "newline";
      }));
  add("sd_id", of_kind(kind::syslog), form::text, set_sd_id(to.sd_id));
  add("compress",
      of_kind(kind::gelf, transport::udp) | of_kind(kind::kafka) | of_kind(kind::elasticsearch) |
          of_kind(kind::file),
      form::text, set_word(to.compress, compressions_of(to.kind)));
  add("chunk_bytes", of_kind(kind::gelf, transport::udp), form::number,
      [&to](std::string_view value) {
        std::uint64_t bytes = to.chunk_bytes;
        auto wrong = set_size(bytes, 256, 65'507)(value);  // what a UDP datagram can hold
        if (!wrong) to.chunk_bytes = static_cast<std::uint32_t>(bytes);
        return wrong;
      });
  add("sasl_mechanism", of_kind(kind::kafka), form::text,
      set_word(to.sasl_mechanism, {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}));
  add("headers", of_kind(kind::kafka), form::boolean, set_bool(to.headers));
  add("max_length", of_kind(kind::in_memory), form::number,
      set_count(to.max_length, 1, 10'000'000));
  add("data_stream", of_kind(kind::elasticsearch), form::boolean, set_bool(to.data_stream));
  add("install_template", of_kind(kind::elasticsearch), form::boolean,
      set_bool(to.install_template));
  add("rotate_bytes", of_kind(kind::file), form::number, set_size(to.rotate_bytes, kib, no_limit));
}

}  // namespace

std::span<const sink_scheme> sink_schemes() noexcept { return schemes; }

bool takes_user(const sink_scheme& s) noexcept {
  return s.kind == kind::kafka || s.kind == kind::elasticsearch || s.kind == kind::logio;
}

const sink_scheme* find_sink_scheme(std::string_view name) noexcept {
  const auto found = std::find_if(schemes.begin(), schemes.end(),
                                  [name](const sink_scheme& s) { return s.name == name; });
  return found == schemes.end() ? nullptr : &*found;
}

std::vector<sink_parameter> sink_parameters(sink::sink_options& to) {
  std::vector<sink_parameter> out;
  add_common(out, to);
  add_secrets(out, to);
  add_special(out, to);
  return out;
}

bool belongs_to(const sink_parameter& p, const sink_scheme& scheme) noexcept {
  return (p.schemes >> (&scheme - schemes.data()) & 1) != 0;
}

std::string schemes_of(const sink_parameter& p) {
  std::string out;
  for (const sink_scheme& s : schemes) {
    if (belongs_to(p, s)) out += std::string(out.empty() ? "" : ", ") + std::string(s.name);
  }
  return out;
}

std::optional<parameter_facts> facts_of(std::string_view parameter_name) {
  static const auto facts = [] {
    sink::sink_options none;
    std::map<std::string, parameter_facts, std::less<>> made;
    for (const sink_parameter& p : sink_parameters(none)) {
      made.emplace(p.name, parameter_facts{p.repeatable, p.secret});
    }
    return made;
  }();
  const auto found = facts.find(parameter_name);
  if (found == facts.end()) return std::nullopt;
  return found->second;
}

sink::sink_options default_sink_options(const sink_scheme& scheme) {
  sink::sink_options out;
  out.kind = scheme.kind;
  out.over = scheme.over;
  const auto formats = formats_of(scheme.kind);
  if (!formats.empty()) out.format = formats.front();
  if (scheme.kind == kind::elasticsearch) {
    // A bulk request costs the peer a round trip and an answer for each record.
    out.batch_records = 5'000;
    out.batch_bytes = 4 * mib;
  }
  return out;
}

}  // namespace logio::config
