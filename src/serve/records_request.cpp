#include "records_request.hpp"

#include <optional>
#include <string>
#include <utility>

#include "form_query.hpp"

namespace logio::serve {
namespace {

request_error refuse(const query_parameter& given, std::string message, std::string hint) {
  request_error e =
      make_error(400, request_fault::bad_parameter, std::move(message), std::move(hint));
  e.parameter = given.name;
  e.pattern = given.value;
  return e;
}

/// What a stream takes and this does not. What cannot be read is the common reader's to explain.
std::optional<request_error> refuse_endless(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = next_pair(query);
    if (pair.empty()) continue;
    const auto parameter = decode_pair(pair);
    if (!parameter) return std::nullopt;
    if (parameter->name == "heartbeat") {
      return refuse(*parameter, "not possible here", "what a sink keeps is sent at once");
    }
    if (parameter->name == "follow" && parameter->value == "true") {
      return refuse(*parameter, "not possible here",
                    "what a sink keeps is sent once; what is new streams from /");
    }
  }
  return std::nullopt;
}

}  // namespace

parsed_stream_request parse_records_request(std::string_view query,
                                            const stream_request_options& options,
                                            stream_media accepted, std::int64_t now_ns) {
  auto out = parse_stream_request(query, options, accepted, now_ns);  // bounds the query first
  if (!out) return out;
  if (auto endless = refuse_endless(query)) return std::move(*endless);
  out->history.follow = false;
  out->heartbeat = {};
  return out;
}

}  // namespace logio::serve
