#include "publish_request.hpp"

#include <boost/beast/core/string.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "form_query.hpp"
#include "logio/base/quantity.hpp"
#include "logio/base/utf8.hpp"

namespace logio::serve {
namespace {

using problem = std::optional<request_error>;
using framing = request_head::framing_type;

constexpr std::size_t shown_bytes_max = 64;
constexpr std::string_view example =
    "curl --data-binary @FILE 'http://HOST:7702/?app=NAME&proc=NAME&host=NAME'";

request_error refuse_parameter(std::string_view name, std::string message, std::string hint) {
  request_error e =
      make_error(400, request_fault::bad_parameter, std::move(message), std::move(hint));
  e.parameter = name.substr(0, base::utf8_cut(name, shown_bytes_max));
  return e;
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_word(std::string_view text, std::string_view word) noexcept {
  return boost::beast::iequals({text.data(), text.size()}, {word.data(), word.size()});
}

/// A page of an origin that nobody allowed could otherwise make its visitors publish: a browser
/// sends a plain POST without asking first.
problem judge_origin(const request_head& head, const cors_policy& cors) {
  if (head.origin.empty() || is_allowed_origin(head, cors)) return std::nullopt;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (is_word(head.origin, std::string(scheme) + head.host)) return std::nullopt;
  }
  return make_error(403, request_fault::forbidden,
                    "pages of " + head.origin.substr(0, base::utf8_cut(head.origin, 256)) +
                        " may not publish here",
                    "Start the hub with --cors-origin to allow it.");
}

problem read_framing(const request_head& head, body_request& out) {
  if (head.framing == framing::none) {
    return make_error(411, request_fault::length_required,
                      "the request does not say where its body "
                      "ends",
                      "Send Content-Length, or Transfer-Encoding: chunked; curl does so with "
                      "--data-binary @FILE and with -T -.");
  }
  if (head.framing == framing::length) out.content_length = head.content_length;
  return std::nullopt;
}

problem read_coding(const request_head& head, body_request& out) {
  const std::string_view coding = trim(head.content_encoding);
  if (is_word(coding, "gzip") || is_word(coding, "x-gzip")) {
    out.coding = content_coding::gzip;
  } else if (is_word(coding, "zstd")) {
    out.coding = content_coding::zstd;
  } else if (!coding.empty() && !is_word(coding, "identity")) {
    return make_error(415, request_fault::unsupported,
                      fmt::format("the body's Content-Encoding is not undone here: {}",
                                  coding.substr(0, base::utf8_cut(coding, shown_bytes_max))),
                      "Use gzip, zstd or none.");
  }
  return std::nullopt;
}

problem judge_length(const body_request& asked, const body_limit& limit) {
  if (!asked.content_length || asked.coding != content_coding::identity ||
      *asked.content_length <= limit.bytes_max) {
    return std::nullopt;
  }
  return make_error(413, request_fault::too_large,
                    fmt::format("the body has {} bytes; at most {} are taken",
                                *asked.content_length, base::format_size(limit.bytes_max)),
                    std::string(limit.hint));
}

problem read_expect(const request_head& head, body_request& out) {
  const std::string_view expected = trim(head.expect);
  if (expected.empty() || head.http_1_0) return std::nullopt;
  if (!is_word(expected, "100-continue")) {
    return make_error(417, request_fault::unsupported, "this Expect is not understood",
                      "Send Expect: 100-continue or none.");
  }
  out.expects_continue = true;
  return std::nullopt;
}

void read_format(const request_head& head, publish_request& out) {
  const std::string_view type = head.content_type;
  const std::string_view media = trim(type.substr(0, std::min(type.find(';'), type.size())));
  if (is_word(media, "application/x-ndjson")) out.format = wire::body_format::ndjson;
  if (is_word(media, "application/json")) out.format = wire::body_format::json;
}

problem read_query(std::string_view query, publish_request& out,
                   const publish_request_options& options) {
  if (query.size() > options.query_bytes_max) {
    return make_error(414, request_fault::too_large,
                      fmt::format("the query has {} bytes", query.size()),
                      fmt::format("at most {} bytes are read", options.query_bytes_max));
  }
  constexpr std::array<std::string_view, 4> names = {"app", "proc", "host", "stamped"};
  std::array<bool, names.size()> given{};
  while (!query.empty()) {
    const std::string_view pair = next_pair(query);
    if (pair.empty()) continue;
    auto parameter = decode_pair(pair);
    if (!parameter) return std::move(parameter.error());
    auto& [name, value] = *parameter;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      request_error e = refuse_parameter(name, "unknown parameter",
                                         "to publish, known are app, proc, host, stamped");
      e.code = request_fault::unknown_parameter;
      return e;
    }
    const auto index = static_cast<std::size_t>(found - names.begin());
    if (std::exchange(given[index], true)) {
      return refuse_parameter(name, "given more than once", "give it once");
    }
    switch (index) {
      case 0: out.topic.app = std::move(value); break;
      case 1: out.topic.proc = std::move(value); break;
      case 2: out.topic.host = std::move(value); break;
      default:
        if (value != "true" && value != "false") {
          return refuse_parameter(name, "neither true nor false",
                                  "true: each line begins with its time in Unix nanoseconds and "
                                  "a space");
        }
        out.stamped = value == "true";
    }
  }
  return std::nullopt;
}

/// Says which value of the topic is wrong.
problem judge_topic(const publish_request& asked) {
  const bool lines = asked.format == wire::body_format::lines;
  if (asked.stamped && !lines) {
    return refuse_parameter("stamped", "goes with lines only", "a JSON record has its time");
  }
  record::topic topic = asked.topic;
  if (topic.app.empty()) {
    if (lines) {
      return refuse_parameter("app", "lines need to know their app",
                              "Name it: " + std::string(example));
    }
    topic.app = "x";  // each record may bring its own
  }
  auto wrong = record::check(topic);
  if (!wrong) return std::nullopt;
  const std::string name = wrong->substr(0, wrong->find(' '));
  return refuse_parameter(name, wrong->substr(std::min(name.size() + 1, wrong->size())),
                          "app, proc and host are UTF-8 without control characters, '[' and ']', "
                          "of at most 255 bytes");
}

}  // namespace

std::string_view to_string(content_coding coding) noexcept {
  switch (coding) {
    case content_coding::identity: return "identity";
    case content_coding::gzip: return "gzip";
    case content_coding::zstd: return "zstd";
  }
  return {};
}

boost::system::result<body_request, request_error> parse_body_request(const request_head& head,
                                                                      const cors_policy& cors,
                                                                      const body_limit& limit) {
  body_request out;
  if (auto wrong = judge_origin(head, cors)) return std::move(*wrong);
  if (auto wrong = read_framing(head, out)) return std::move(*wrong);
  if (auto wrong = read_coding(head, out)) return std::move(*wrong);
  if (auto wrong = judge_length(out, limit)) return std::move(*wrong);
  if (auto wrong = read_expect(head, out)) return std::move(*wrong);
  return out;
}

boost::system::result<publish_request, request_error> parse_publish_request(
    const request_head& head, std::string_view query, const cors_policy& cors,
    const publish_request_options& options) {
  auto body = parse_body_request(
      head, cors,
      {options.body_bytes_max, "Send it in several requests, or raise --body-bytes-max."});
  if (!body) return std::move(body.error());
  publish_request out;
  static_cast<body_request&>(out) = *body;
  read_format(head, out);
  if (auto wrong = read_query(query, out, options)) return std::move(*wrong);
  if (auto wrong = judge_topic(out)) return std::move(*wrong);
  return out;
}

}  // namespace logio::serve
