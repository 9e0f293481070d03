#include "logio/serve/response.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

#include "logio/serve/accept.hpp"
#include "logio/serve/stream_request.hpp"
#include "routes.hpp"

namespace logio::serve {
namespace {

std::string_view reason(unsigned status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return status < 500 ? "Error" : "Internal Server Error";
  }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, whatever the locale.
void append_date(std::string& out) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  fmt::format_to(std::back_inserter(out), "Date: {}, {:02} {} {:04} {:02}:{:02}:{:02} GMT\r\n",
                 days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                 months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                 utc.tm_min, utc.tm_sec);
}

void append_cors(std::string& out, const request_head& request, const cors_policy& cors) {
  if (cors.origin.empty()) return;
  if (cors.origin != "*") out += "Vary: Origin\r\n";
  if (!is_allowed_origin(request, cors)) return;
  out += "Access-Control-Allow-Origin: " + cors.origin +
         "\r\nAccess-Control-Expose-Headers: Logio-Cursor, Logio-Match\r\n";
}

std::string begin(unsigned status, const request_head& request, const cors_policy& cors) {
  std::string out;
  out.reserve(512);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status, reason(status));
  append_date(out);
  append_cors(out, request, cors);
  out += "Cache-Control: no-cache, no-transform\r\nX-Content-Type-Options: nosniff\r\n";
  return out;
}

}  // namespace

std::size_t answer_status_index(unsigned status) noexcept {
  const auto found = std::find(answer_statuses.begin(), answer_statuses.end(), status);
  const auto shown = found != answer_statuses.end()
                         ? found
                         : std::find(answer_statuses.begin(), answer_statuses.end(), 500U);
  return static_cast<std::size_t>(shown - answer_statuses.begin());
}

bool is_allowed_origin(const request_head& request, const cors_policy& cors) noexcept {
  return !request.origin.empty() && (cors.origin == "*" || cors.origin == request.origin);
}

std::string_view allowed_methods(const request_head& request) noexcept {
  if (request.target == "*") return all_methods();
  const route* const found = find_route(split_target(request.target).path);
  return found != nullptr ? found->allow : "GET, HEAD, OPTIONS";
}

std::string render(const short_answer& answer, const request_head& request,
                   const cors_policy& cors) {
  std::string out = begin(answer.status, request, cors);
  out += answer.extra_headers;
  fmt::format_to(std::back_inserter(out),
                 "Content-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                 answer.content_type, answer.body.size());
  if (request.method != request_head::method_type::head) out += answer.body;
  return out;
}

std::string render_error(const request_error& e, const request_head& request,
                         const cors_policy& cors) {
  short_answer answer;
  answer.status = e.status;
  if (preferred_error(request.accept) == error_media::json) {
    answer.content_type = "application/json";
    answer.body = render_json(e);
  } else {
    answer.body = render_text(e);
  }
  std::string extra;
  if (e.status == 405) extra = fmt::format("Allow: {}\r\n", allowed_methods(request));
  if (e.status == 415) extra = "Accept-Encoding: gzip, zstd\r\n";
  if (e.status == 503) extra = "Retry-After: 1\r\n";
  answer.extra_headers = extra;
  return render(answer, request, cors);
}

std::string render_options(const request_head& request, const cors_policy& cors) {
  std::string out = begin(204, request, cors);
  fmt::format_to(std::back_inserter(out), "Allow: {}\r\n", allowed_methods(request));
  if (is_allowed_origin(request, cors)) {
    fmt::format_to(std::back_inserter(out),
                   "Access-Control-Allow-Methods: {}\r\n"
                   "Access-Control-Allow-Headers: Accept, Cache-Control, Content-Encoding, "
                   "Content-Type, Last-Event-ID\r\n"
                   "Access-Control-Max-Age: 600\r\n",
                   allowed_methods(request));
  }
  out += "Connection: close\r\n\r\n";
  return out;
}

std::string render_page_head(std::string_view content_type, const request_head& request,
                             const cors_policy& cors) {
  std::string out = begin(200, request, cors);
  fmt::format_to(std::back_inserter(out), "Content-Type: {}\r\n{}Connection: close\r\n\r\n",
                 content_type, request.http_1_0 ? "" : "Transfer-Encoding: chunked\r\n");
  return out;
}

std::string render_stream_head(const stream_answer& answer, const request_head& request,
                               const cors_policy& cors) {
  std::string out = begin(200, request, cors);
  fmt::format_to(std::back_inserter(out),
                 "Content-Type: {}\r\nLogio-Cursor: {}\r\n{}X-Accel-Buffering: no\r\n{}"
                 "Connection: close\r\n\r\n",
                 answer.content_type, answer.cursor,
                 answer.match_none ? "Logio-Match: none\r\n" : "",
                 request.http_1_0 ? "" : "Transfer-Encoding: chunked\r\n");
  return out;
}

}  // namespace logio::serve
