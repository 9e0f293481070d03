#include "logio/serve/stream_request.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "logio/base/utf8.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t shown_name_bytes_max = 64;

constexpr std::array<std::string_view, 5> pattern_names = {"app", "proc", "host", "log", "exclude"};
constexpr std::array<std::string_view, 3> single_names = {"match", "format", "follow"};
constexpr std::string_view known_names = "app, proc, host, log, exclude, match, format, follow";

/// A parameter of the contract that needs what this version does not have.
struct absent_parameter {
  std::string_view name, message, hint;
};

constexpr std::string_view live_only = "this version streams live only";
constexpr std::array absent_parameters = {
    absent_parameter{"tail", live_only, "leave tail out: the stream begins with the next record"},
    absent_parameter{"since", live_only, "leave since out: the stream begins with the next record"},
    absent_parameter{"until", live_only, "leave until out: the stream goes on until you end it"},
    absent_parameter{"after", live_only, "leave after out: the stream begins with the next record"},
    absent_parameter{"severity", "this version does not filter by severity",
                     "leave severity out; log= finds a level in the text"},
    absent_parameter{"heartbeat", "this version sends no heartbeats", "leave heartbeat out"},
};

request_error refuse(request_fault code, std::string_view parameter, std::string message,
                     std::string hint) {
  request_error e;
  e.code = code;
  e.parameter = parameter;
  e.message = std::move(message);
  e.hint = std::move(hint);
  return e;
}

request_error refuse_value(std::string_view parameter, std::string_view value, std::string message,
                           std::string hint) {
  request_error e =
      refuse(request_fault::bad_parameter, parameter, std::move(message), std::move(hint));
  e.pattern = value;
  return e;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// `0x0a`
std::string byte_name(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'0', 'x', digits[byte >> 4], digits[byte & 15]};
}

using decoded_text = boost::system::result<std::string, request_error>;

/// Undoes the query's escapes; a bad one, or a control character, is refused with its place in
/// `raw`.
decoded_text decode(std::string_view parameter, std::string_view raw) {
  std::string decoded;
  decoded.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t began = at;
    char c = raw[at++];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      const int high = at < raw.size() ? hex_digit(raw[at]) : -1;
      const int low = at + 1 < raw.size() ? hex_digit(raw[at + 1]) : -1;
      if (high < 0 || low < 0) {
        const std::size_t end = base::utf8_cut(raw, std::min(began + 3, raw.size()));
        request_error e = refuse_value(
            parameter, raw, "bad escape " + std::string(raw.substr(began, end - began)),
            "an escape is % and two hexadecimal digits; a percent sign itself is %25");
        e.offset = began;
        return e;
      }
      c = static_cast<char>(high * 16 + low);
      at += 2;
    }
    if (is_control(c)) {
      request_error e = refuse_value(parameter, raw, "control character (" + byte_name(c) + ")",
                                     "in a pattern write \\t, \\n or \\x00 for such a character");
      e.offset = began;
      return e;
    }
    decoded += c;
  }
  return decoded;
}

/// Insertions, deletions and replacements that turn one name into the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const bool same = (a[i] | 0x20) == (b[j] | 0x20);  // `App` is near `app`
      const std::size_t best = std::min({diagonal + (same ? 0U : 1U), row[j] + 1, row[j + 1] + 1});
      diagonal = std::exchange(row[j + 1], best);
    }
  }
  return row.back();
}

request_error unknown_parameter(std::string_view name) {
  constexpr std::size_t near = 2;
  const std::string_view shown = name.substr(0, base::utf8_cut(name, shown_name_bytes_max));
  std::string_view nearest;
  std::size_t nearest_distance = near + 1;
  const auto consider = [&](std::string_view known) {
    const std::size_t d = name.size() <= shown_name_bytes_max ? distance(name, known) : near + 1;
    if (d < std::min(nearest_distance, known.size())) {
      nearest_distance = d;
      nearest = known;
    }
  };
  for (const std::string_view known : pattern_names) consider(known);
  for (const std::string_view known : single_names) consider(known);
  std::string hint = nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? ";
  return refuse(request_fault::unknown_parameter, shown, "unknown parameter",
                hint.append("known are ").append(known_names));
}

request_error pattern_refused(const filter::pattern_error& e) {
  request_error refused = refuse(request_fault::bad_pattern, e.parameter, e.message, e.hint);
  refused.pattern = e.pattern;
  switch (e.fault) {
    case filter::pattern_fault::syntax:
    case filter::pattern_fault::not_utf8:
      refused.offset = e.offset;
      break;
    case filter::pattern_fault::too_complex:
      break;
    case filter::pattern_fault::too_long:
      refused.code = request_fault::too_large;
      refused.pattern.clear();
      break;
    case filter::pattern_fault::too_many:
      refused.code = request_fault::too_many;
      refused.pattern.clear();
      break;
  }
  return refused;
}

/// The parameters of one query, gathered.
class query_reader {
 public:
  explicit query_reader(const stream_request_options& options) : options_(options) {
    spec_.match = options.match;
  }

  /// Takes `name=value`, still escaped.
  std::optional<request_error> take(std::string_view pair);
  parsed_stream_request finish() &&;

 private:
  std::optional<request_error> set(std::string_view name, std::string value);
  std::optional<request_error> set_single(std::string_view name, std::string_view value);
  std::vector<std::string>* patterns_of(std::string_view name);

  const stream_request_options& options_;
  filter::spec spec_;
  stream_format format_ = stream_format::text;
  std::array<bool, single_names.size()> given_{};
};

std::vector<std::string>* query_reader::patterns_of(std::string_view name) {
  if (name == "app")
    return &spec_.app;
  if (name == "proc")
    return &spec_.proc;
  if (name == "host")
    return &spec_.host;
  if (name == "log")
    return &spec_.log;
  if (name == "exclude")
    return &spec_.exclude;
  return nullptr;
}

std::optional<request_error> query_reader::take(std::string_view pair) {
  const std::size_t equals = std::min(pair.find('='), pair.size());
  const std::string_view raw_name = pair.substr(0, equals);
  const std::string_view raw_value = pair.substr(std::min(equals + 1, pair.size()));
  if (raw_name.empty()) {
    return refuse_value("", pair, "a parameter without a name", "write name=value");
  }
  auto name = decode("", raw_name);
  if (!name)
    return std::move(name.error());
  auto value = decode(*name, raw_value);
  if (!value) {
    value.error().parameter.resize(base::utf8_cut(*name, shown_name_bytes_max));
    return std::move(value.error());
  }
  return set(*name, std::move(*value));
}

std::optional<request_error> query_reader::set(std::string_view name, std::string value) {
  if (auto* patterns = patterns_of(name)) {
    patterns->push_back(std::move(value));
    return std::nullopt;
  }
  for (const absent_parameter& absent : absent_parameters) {
    if (absent.name == name) {
      return refuse(request_fault::bad_parameter, name, std::string(absent.message),
                    std::string(absent.hint));
    }
  }
  const auto single = std::find(single_names.begin(), single_names.end(), name);
  if (single == single_names.end())
    return unknown_parameter(name);
  bool& given = given_[static_cast<std::size_t>(single - single_names.begin())];
  if (std::exchange(given, true)) {
    return refuse(request_fault::bad_parameter, name, "given more than once", "give it once");
  }
  return set_single(name, value);
}

std::optional<request_error> query_reader::set_single(std::string_view name,
                                                      std::string_view value) {
  if (name == "match") {
    if (value != "whole" && value != "partial") {
      return refuse_value(name, value, "neither whole nor partial",
                          "whole: the pattern is the whole value; partial: it is found in it");
    }
    spec_.match = value == "whole" ? filter::mode::whole : filter::mode::partial;
  } else if (name == "format") {
    if (value == "ndjson" || value == "sse") {
      return refuse_value(name, value, "this version streams text and raw only",
                          "use format=text or format=raw");
    }
    if (value != "text" && value != "raw") {
      return refuse_value(name, value, "unknown format", "use format=text or format=raw");
    }
    format_ = value == "text" ? stream_format::text : stream_format::raw;
  } else if (value == "false") {  // follow
    return refuse_value(name, value, std::string(live_only),
                        "leave follow out: the stream goes on until you end it");
  } else if (value != "true") {
    return refuse_value(name, value, "neither true nor false", "leave follow out");
  }
  return std::nullopt;
}

parsed_stream_request query_reader::finish() && {
  auto compiled = filter::compile(spec_, options_.patterns);
  if (!compiled)
    return pattern_refused(compiled.error());
  return stream_request{std::move(*compiled), format_};
}

}  // namespace

parsed_stream_request parse_stream_request(std::string_view query,
                                           const stream_request_options& options) {
  if (query.size() > options.query_bytes_max) {
    request_error e = refuse(
        request_fault::too_large, "", "the query has " + std::to_string(query.size()) + " bytes",
        "at most " + std::to_string(options.query_bytes_max) + " bytes are read");
    e.status = 414;
    return e;
  }
  query_reader reader(options);
  std::size_t parameters = 0;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty())
      continue;
    if (++parameters > options.parameters_max) {
      return refuse(request_fault::too_many, "",
                    "more than " + std::to_string(options.parameters_max) + " parameters",
                    "join patterns of one parameter with |");
    }
    if (auto refused = reader.take(pair))
      return std::move(*refused);
  }
  return std::move(reader).finish();
}

target_parts split_target(std::string_view target) noexcept {
  if (!target.starts_with('/')) {
    const std::size_t scheme_end = target.find("://");
    const std::size_t query = target.find('?');
    if (scheme_end < query) {  // absolute form: the authority ends at a / or a ?
      target.remove_prefix(std::min(target.find_first_of("/?", scheme_end + 3), target.size()));
      if (!target.starts_with('/')) {
        return {"/", target.substr(std::min<std::size_t>(1, target.size()))};
      }
    }
  }
  const std::size_t query = std::min(target.find('?'), target.size());
  return {target.substr(0, query), target.substr(std::min(query + 1, target.size()))};
}

}  // namespace logio::serve
