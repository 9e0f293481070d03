#include "logio/serve/stream_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "form_query.hpp"
#include "logio/base/quantity.hpp"
#include "logio/base/utf8.hpp"
#include "logio/record/severity.hpp"
#include "logio/record/when.hpp"
#include "logio/serve/formats.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t shown_name_bytes_max = 64;

constexpr std::array<std::string_view, 5> pattern_names = {"app", "proc", "host", "log", "exclude"};
constexpr std::array<std::string_view, 9> single_names = {
    "match", "severity", "tail", "since", "until", "after", "follow", "format", "heartbeat"};
constexpr std::string_view known_names =
    "app, proc, host, log, exclude, match, severity, tail, since, until, after, follow, format, "
    "heartbeat";

request_error refuse(request_fault code, std::string_view parameter, std::string message,
                     std::string hint) {
  request_error e = make_error(400, code, std::move(message), std::move(hint));
  e.parameter = parameter;
  return e;
}

request_error refuse_value(std::string_view parameter, std::string_view value, std::string message,
                           std::string hint) {
  request_error e =
      refuse(request_fault::bad_parameter, parameter, std::move(message), std::move(hint));
  e.pattern = value;
  return e;
}

stream_format format_of(stream_media accepted) noexcept {
  switch (accepted) {
    case stream_media::ndjson: return stream_format::ndjson;
    case stream_media::sse: return stream_format::sse;
    case stream_media::text:
    case stream_media::html: break;  // a browser sees lines
  }
  return stream_format::text;
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
  query_reader(const stream_request_options& options, stream_media accepted, std::int64_t now_ns)
      : options_(options), now_ns_(now_ns), format_(format_of(accepted)) {
    spec_.match = options.match;
  }

  /// Takes `name=value`, still escaped.
  std::optional<request_error> take(std::string_view pair);
  parsed_stream_request finish() &&;

 private:
  std::optional<request_error> set(std::string_view name, std::string value);
  std::optional<request_error> set_single(std::string_view name, std::string_view value);
  std::optional<request_error> set_match(std::string_view value);
  std::optional<request_error> set_severity(std::string_view value);
  std::optional<request_error> set_tail(std::string_view value);
  std::optional<request_error> set_time(std::string_view name, std::string_view value,
                                        std::optional<std::int64_t>& to) const;
  std::optional<request_error> set_after(std::string_view value);
  std::optional<request_error> set_follow(std::string_view value);
  std::optional<request_error> set_format(std::string_view value);
  std::optional<request_error> set_heartbeat(std::string_view value);
  std::optional<request_error> check_together();
  std::vector<std::string>* patterns_of(std::string_view name);

  const stream_request_options& options_;
  const std::int64_t now_ns_;
  filter::spec spec_;
  stream_format format_;
  hub::history_request history_;
  std::optional<cursor> after_;
  std::optional<bool> follow_;
  std::optional<std::chrono::milliseconds> heartbeat_;
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
  auto parameter = decode_pair(pair, "in a pattern write \\t, \\n or \\x00 for such a character");
  if (!parameter) return std::move(parameter.error());
  return set(parameter->name, std::move(parameter->value));
}

std::optional<request_error> query_reader::set(std::string_view name, std::string value) {
  if (auto* patterns = patterns_of(name)) {
    patterns->push_back(std::move(value));
    return std::nullopt;
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
  if (name == "match") return set_match(value);
  if (name == "severity") return set_severity(value);
  if (name == "tail") return set_tail(value);
  if (name == "since") return set_time(name, value, history_.since_ns);
  if (name == "until") return set_time(name, value, history_.until_ns);
  if (name == "after") return set_after(value);
  if (name == "follow") return set_follow(value);
  if (name == "format") return set_format(value);
  return set_heartbeat(value);
}

std::optional<request_error> query_reader::set_match(std::string_view value) {
  if (value != "whole" && value != "partial") {
    return refuse_value("match", value, "neither whole nor partial",
                        "whole: the pattern is the whole value; partial: it is found in it");
  }
  spec_.match = value == "whole" ? filter::mode::whole : filter::mode::partial;
  return std::nullopt;
}

std::optional<request_error> query_reader::set_severity(std::string_view value) {
  const auto severity = record::parse_severity(value);
  if (!severity) {
    return refuse_value("severity", value, "no severity",
                        "the least severity: trace, debug, info, warn, error, fatal or 1 to 24");
  }
  spec_.severity = *severity;
  return std::nullopt;
}

std::optional<request_error> query_reader::set_tail(std::string_view value) {
  std::uint64_t count = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, count);
  if (error != std::errc{} || rest != end || count > hub::history_request::tail_max) {
    return refuse_value("tail", value, "no number of records",
                        "write how many of the last that match: 0 to " +
                            std::to_string(hub::history_request::tail_max));
  }
  history_.tail = count;
  return std::nullopt;
}

std::optional<request_error> query_reader::set_time(std::string_view name, std::string_view value,
                                                    std::optional<std::int64_t>& to) const {
  to = record::parse_when(value, now_ns_);
  if (to) return std::nullopt;
  const bool lost_plus = value.find(' ') != std::string_view::npos &&
                         value.find(':') != value.rfind(':') && value.find('T') != value.npos;
  return refuse_value(name, value, "neither a time nor an age",
                      lost_plus ? "a + in a query is a space: write the offset with %2B"
                                : "write an age such as 90s, 10m, 2h, 3d, or a time such as "
                                  "2016-12-06T22:14:21Z");
}

std::optional<request_error> query_reader::set_after(std::string_view value) {
  after_ = parse_cursor(value);
  if (after_) return std::nullopt;
  return refuse_value("after", value, "no cursor",
                      "a cursor is what ndjson and sse give with each record, and the answer's "
                      "Logio-Cursor header: 16 hexadecimal digits, - and a number");
}

std::optional<request_error> query_reader::set_follow(std::string_view value) {
  if (value != "true" && value != "false") {
    return refuse_value("follow", value, "neither true nor false",
                        "false ends the stream with what there is now");
  }
  follow_ = value == "true";
  return std::nullopt;
}

std::optional<request_error> query_reader::set_format(std::string_view value) {
  for (const stream_format known : stream_formats) {
    if (value != to_string(known)) continue;
    format_ = known;
    return std::nullopt;
  }
  return refuse_value("format", value, "unknown format", "use text, ndjson, sse or raw");
}

std::optional<request_error> query_reader::set_heartbeat(std::string_view value) {
  constexpr std::chrono::milliseconds least = std::chrono::seconds(1);
  constexpr std::chrono::milliseconds most = std::chrono::hours(24);
  const auto every = base::parse_duration(value);
  if (!every || (every->count() != 0 && (*every < least || *every > most))) {
    return refuse_value("heartbeat", value, "no time between heartbeats",
                        "write 1s to 1d, or 0s for none");
  }
  heartbeat_ = *every;
  return std::nullopt;
}

/// What is wrong only beside another parameter.
std::optional<request_error> query_reader::check_together() {
  if (after_ && (history_.tail || history_.since_ns)) {
    return refuse(request_fault::bad_parameter, "after",
                  std::string("not together with ") + (history_.tail ? "tail" : "since"),
                  "after alone says where to go on; leave the other out");
  }
  if (history_.since_ns && *history_.since_ns > now_ns_) {
    return refuse(request_fault::bad_parameter, "since", "lies in the future",
                  "leave since out to get what is new");
  }
  if (history_.since_ns && history_.until_ns && *history_.until_ns <= *history_.since_ns) {
    return refuse(request_fault::bad_parameter, "until", "is not later than since",
                  "ages count back from now: since=2h&until=1h");
  }
  if (format_ == stream_format::raw && heartbeat_.value_or(std::chrono::seconds(0)).count() != 0) {
    return refuse(request_fault::bad_parameter, "heartbeat", "not possible with format=raw",
                  "raw is the records' bytes and nothing else; use another format");
  }
  return std::nullopt;
}

parsed_stream_request query_reader::finish() && {
  if (auto refused = check_together()) return std::move(*refused);
  auto compiled = filter::compile(spec_, options_.patterns);
  if (!compiled)
    return pattern_refused(compiled.error());
  stream_request out;
  out.wanted = std::move(*compiled);
  out.format = format_;
  out.after = after_;
  out.history = history_;
  out.history.follow = follow_.value_or(!history_.until_ns);
  const bool begins = history_.tail || history_.since_ns || after_;
  out.history.oldest = !begins && (history_.until_ns || !out.history.follow);
  constexpr std::chrono::seconds sse_heartbeat{15};
  out.heartbeat = heartbeat_.value_or(format_ == stream_format::sse ? sse_heartbeat
                                                                    : std::chrono::seconds(0));
  return out;
}

}  // namespace

parsed_stream_request parse_stream_request(std::string_view query,
                                           const stream_request_options& options,
                                           stream_media accepted, std::int64_t now_ns) {
  if (query.size() > options.query_bytes_max) {
    request_error e = refuse(
        request_fault::too_large, "", "the query has " + std::to_string(query.size()) + " bytes",
        "at most " + std::to_string(options.query_bytes_max) + " bytes are read");
    e.status = 414;
    return e;
  }
  query_reader reader(options, accepted, now_ns);
  std::size_t parameters = 0;
  while (!query.empty()) {
    const std::string_view pair = next_pair(query);
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

void resume_after(stream_request& request, std::string_view last_event_id) {
  request.history.tail.reset();
  request.history.since_ns.reset();
  request.history.oldest = false;
  request.after = parse_cursor(last_event_id);
  if (request.after) return;
  request.history.continuity_lost = true;
  request.history.oldest = true;
}

void resolve_cursor(stream_request& request, std::optional<std::uint64_t> end) {
  if (!request.after) return;
  if (end && request.after->position < *end) {
    request.history.after = request.after->position;
    return;
  }
  request.history.continuity_lost = true;
  request.history.oldest = true;
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
