#include "logio/serve/response.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

#include "logio/hub/counters.hpp"

namespace logio::serve {
namespace {

/// The Date header of `answer` is taken out, after its form is checked.
std::string without_date(std::string answer) {
  const auto begin = answer.find("Date: ");
  REQUIRE(begin != std::string::npos);
  const auto end = answer.find("\r\n", begin);
  const std::string date = answer.substr(begin, end - begin);
  INFO(date);
  CHECK(date.size() == std::string_view("Date: Sun, 06 Nov 1994 08:49:37 GMT").size());
  CHECK(date.substr(9, 2) == ", ");
  CHECK(date.ends_with(" GMT"));
  return answer.erase(begin, end + 2 - begin);
}

request_head asked(request_head::method_type method = request_head::method_type::get) {
  request_head head;
  head.method = method;
  head.target = "/";
  return head;
}

bool has(std::string_view answer, std::string_view line) {
  return answer.find("\r\n" + std::string(line) + "\r\n") != std::string_view::npos;
}

TEST_CASE("a short answer has its length and closes") {
  const short_answer ok{.status = 200, .body = "ok\n"};
  CHECK(without_date(render(ok, asked(), {})) ==
        "HTTP/1.1 200 OK\r\nCache-Control: no-cache, no-transform\r\n"
        "X-Content-Type-Options: nosniff\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 3\r\nConnection: close\r\n\r\nok\n");
}

TEST_CASE("HEAD gets the headers of GET, and no body") {
  const short_answer ok{.status = 200, .body = "ok\n"};
  const std::string get = without_date(render(ok, asked(), {}));
  CHECK(without_date(render(ok, asked(request_head::method_type::head), {})) + "ok\n" == get);
}

TEST_CASE("an error is text, or JSON where that is asked for") {
  request_error e;
  e.message = "what is that?";
  e.hint = "Ask again.";
  const std::string text = render_error(e, asked(), {});
  CHECK(text.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(text.ends_with("\r\n\r\n" + render_text(e)));
  request_head head = asked();
  head.accept = "application/json";
  const std::string json = render_error(e, head, {});
  CHECK(has(json, "Content-Type: application/json"));
  CHECK(json.ends_with("\r\n\r\n" + render_json(e)));
}

TEST_CASE("405 says what is allowed, 503 when to come back, and every status has its words") {
  struct {
    unsigned status;
    std::string_view words;
  } const table[] = {{400, "Bad Request"},          {403, "Forbidden"},
                     {404, "Not Found"},            {405, "Method Not Allowed"},
                     {408, "Request Timeout"},      {411, "Length Required"},
                     {413, "Content Too Large"},    {415, "Unsupported Media Type"},
                     {417, "Expectation Failed"},   {501, "Not Implemented"},
                     {414, "URI Too Long"},         {431, "Request Header Fields Too Large"},
                     {503, "Service Unavailable"},  {505, "HTTP Version Not Supported"}};
  for (const auto& row : table) {
    request_error e;
    e.status = row.status;
    e.message = "m";
    const std::string answer = render_error(e, asked(), {});
    CHECK(answer.starts_with("HTTP/1.1 " + std::to_string(row.status) + " " +
                             std::string(row.words) + "\r\n"));
    CHECK(has(answer, "Allow: GET, HEAD, OPTIONS, POST") == (row.status == 405));
    CHECK(has(answer, "Retry-After: 1") == (row.status == 503));
    CHECK(has(answer, "Accept-Encoding: gzip, zstd") == (row.status == 415));
  }
}

TEST_CASE("each status is counted in its own place, an unknown one as 500") {
  for (std::size_t i = 0; i < answer_statuses.size(); ++i) {
    CHECK(answer_status_index(answer_statuses[i]) == i);
  }
  CHECK(answer_status_index(599) == answer_status_index(500));
  CHECK(answer_statuses.size() <= hub::answer_statuses_max);
}

TEST_CASE("a stream's head is chunked, or for HTTP/1.0 ended by the close") {
  request_head head = asked();
  const stream_answer answer{.content_type = "text/plain; charset=utf-8", .cursor = "c1"};
  CHECK(without_date(render_stream_head(answer, head, {})) ==
        "HTTP/1.1 200 OK\r\nCache-Control: no-cache, no-transform\r\n"
        "X-Content-Type-Options: nosniff\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Logio-Cursor: c1\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n");
  head.http_1_0 = true;
  CHECK(render_stream_head(answer, head, {}).find("Transfer-Encoding") == std::string::npos);
  const stream_answer nobody{.content_type = "text/plain", .cursor = "c1", .match_none = true};
  CHECK(has(render_stream_head(nobody, head, {}), "Logio-Match: none"));
}

TEST_CASE("each path has its own methods, an unknown one the usual") {
  request_head head = asked();
  for (const char* target : {"/metrics", "/v1/topics?app=a", "/nothing", "http://h/readyz"}) {
    head.target = target;
    CHECK(allowed_methods(head) == "GET, HEAD, OPTIONS");
  }
  head.target = "*";
  CHECK(allowed_methods(head) == "GET, HEAD, OPTIONS, POST");
}

TEST_CASE("a page's head is chunked, or for HTTP/1.0 ended by the close") {
  request_head head = asked();
  CHECK(without_date(render_page_head("application/json", head, {})) ==
        "HTTP/1.1 200 OK\r\nCache-Control: no-cache, no-transform\r\n"
        "X-Content-Type-Options: nosniff\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  head.http_1_0 = true;
  CHECK_FALSE(has(render_page_head("application/json", head, {}), "Transfer-Encoding: chunked"));
}

TEST_CASE("OPTIONS is told what may be asked, and a page of the right origin more") {
  request_head head = asked(request_head::method_type::options);
  CHECK(without_date(render_options(head, {})) ==
        "HTTP/1.1 204 No Content\r\nCache-Control: no-cache, no-transform\r\n"
        "X-Content-Type-Options: nosniff\r\nAllow: GET, HEAD, OPTIONS, POST\r\n"
        "Connection: close\r\n\r\n");
  head.origin = "http://a.example";
  CHECK(has(render_options(head, {"http://a.example"}),
            "Access-Control-Allow-Methods: GET, HEAD, OPTIONS, POST"));
  CHECK(has(render_options(head, {"*"}),
            "Access-Control-Allow-Headers: Accept, Cache-Control, Content-Encoding, Content-Type, "
            "Last-Event-ID"));
  head.target = "/healthz";
  CHECK(has(render_options(head, {}), "Allow: GET, HEAD, OPTIONS"));
  CHECK(allowed_methods(head) == "GET, HEAD, OPTIONS");
  head.target = "http://hub/?app=x";
  CHECK(allowed_methods(head) == "GET, HEAD, OPTIONS, POST");
  CHECK(render_options(head, {"http://b.example"}).find("Access-Control") == std::string::npos);
}

TEST_CASE("a page may read when its origin is the one, or all may") {
  request_head head = asked();
  CHECK_FALSE(is_allowed_origin(head, {"*"}));
  head.origin = "http://a.example";
  CHECK(is_allowed_origin(head, {"*"}));
  CHECK(is_allowed_origin(head, {"http://a.example"}));
  CHECK_FALSE(is_allowed_origin(head, {"http://b.example"}));
  CHECK_FALSE(is_allowed_origin(head, {}));
}

TEST_CASE("only the origin that is allowed may read, and caches are told so") {
  const short_answer ok{.status = 200, .body = "ok\n"};
  request_head head = asked();
  head.origin = "http://a.example";
  const auto with = [&](const std::string& allowed) { return render(ok, head, {allowed}); };
  CHECK(with("").find("Access-Control") == std::string::npos);
  CHECK_FALSE(has(with(""), "Vary: Origin"));
  CHECK(has(with("http://a.example"), "Access-Control-Allow-Origin: http://a.example"));
  CHECK(has(with("http://a.example"), "Vary: Origin"));
  CHECK(with("http://b.example").find("Access-Control") == std::string::npos);
  CHECK(has(with("http://b.example"), "Vary: Origin"));
  CHECK(has(with("*"), "Access-Control-Allow-Origin: *"));
  CHECK_FALSE(has(with("*"), "Vary: Origin"));
  head.origin.clear();
  CHECK(with("*").find("Access-Control") == std::string::npos);
}

}  // namespace
}  // namespace logio::serve
