#include "topic_request.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "logio/base/utf8.hpp"

namespace logio::serve {
namespace {

constexpr std::array<std::string_view, 4> known = {"app", "proc", "host", "match"};

/// Calls `visit` with each name, still escaped, until it returns false.
template <class Visit>
void for_each_name(std::string_view query, Visit&& visit) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view name = query.substr(0, std::min(query.find('='), end));
    query.remove_prefix(std::min(end + 1, query.size()));
    if (end != 0 && !visit(name)) return;
  }
}

request_error unknown_parameter(std::string_view name, std::string hint) {
  constexpr std::size_t shown_bytes_max = 64;
  request_error e;
  e.code = request_fault::unknown_parameter;
  e.parameter = name.substr(0, base::utf8_cut(name, shown_bytes_max));
  e.message = "unknown parameter";
  e.hint = std::move(hint);
  return e;
}

}  // namespace

parsed_topic_request parse_topic_request(std::string_view query,
                                         const stream_request_options& options) {
  std::string_view unknown;
  for_each_name(query, [&](std::string_view name) {
    // An empty name is for the common reader to explain.
    const bool fine = name.empty() || std::find(known.begin(), known.end(), name) != known.end();
    if (!fine) unknown = name;
    return fine;
  });
  if (!unknown.empty() && query.size() <= options.query_bytes_max) {
    return unknown_parameter(unknown, "known here are app, proc, host and match");
  }
  auto request = parse_stream_request(query, options, stream_media::text, 0);
  if (!request) return std::move(request.error());
  return std::move(request->wanted);
}

std::optional<request_error> refuse_parameters(std::string_view query) {
  std::string_view found;
  for_each_name(query, [&](std::string_view name) {
    found = name;
    return found.empty();
  });
  if (found.empty()) return std::nullopt;
  return unknown_parameter(found, "this page takes no parameters");
}

}  // namespace logio::serve
