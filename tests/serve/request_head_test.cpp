#include "logio/serve/request_head.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace logio::serve {
namespace {

request_head parsed(const std::string& head) {
  INFO(head);
  REQUIRE(find_head_end(head) == head.size());
  const auto out = parse_request_head(head);
  INFO((out ? "" : out.error().message));
  REQUIRE(out.has_value());
  return *out;
}

request_error refused(const std::string& head) {
  INFO(head);
  const auto out = parse_request_head(head);
  REQUIRE(out.has_error());
  CHECK_FALSE(out.error().hint.empty());
  return out.error();
}

TEST_CASE("a head has a method, a target and the headers that matter") {
  const request_head head = parsed(
      "GET /?app=shop HTTP/1.1\r\nHost: hub:7702\r\nUser-Agent: curl/7.88.1\r\n"
      "accept: text/plain;q=0.5\r\nAccept: application/json\r\nOrigin: http://a.example\r\n"
      "X-Forwarded-For: 10.0.0.1\r\nx-forwarded-for: 10.0.0.2\r\n\r\n");
  CHECK(head.method == request_head::method_type::get);
  CHECK(head.method_name == "GET");
  CHECK(head.target == "/?app=shop");
  CHECK_FALSE(head.http_1_0);
  CHECK(head.accept == "text/plain;q=0.5, application/json");
  CHECK(head.origin == "http://a.example");
  CHECK(head.forwarded_for == "10.0.0.1, 10.0.0.2");
}

TEST_CASE("each method is told from the others") {
  const auto method = [](const std::string& name) {
    return parsed(name + " / HTTP/1.1\r\nHost: h\r\n\r\n").method;
  };
  CHECK(method("HEAD") == request_head::method_type::head);
  CHECK(method("OPTIONS") == request_head::method_type::options);
  CHECK(method("POST") == request_head::method_type::post);
  for (const char* other : {"PUT", "DELETE", "BREW", "get"}) {
    CHECK(method(other) == request_head::method_type::other);
    CHECK(parsed(std::string(other) + " / HTTP/1.1\r\nHost: h\r\n\r\n").method_name == other);
  }
}

TEST_CASE("a pattern may stand in the target as it was typed") {
  const std::string target = R"~(/?proc=web|worker&log=^a[0-9]{2}$(x)"<y>\`)~";
  CHECK(parsed("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n").target == target);
  CHECK(parsed("GET /?log=\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n").target == "/?log=\xc3\xa9");
}

TEST_CASE("old and lenient clients are understood") {
  CHECK(parsed("GET / HTTP/1.0\r\n\r\n").http_1_0);  // no Host
  CHECK(parsed("GET / HTTP/1.1\nHost: h\n\n").target == "/");
  CHECK(parsed("\r\n\nGET / HTTP/1.1\r\nHost: h\r\n\r\n").target == "/");
  CHECK(parsed("GET / HTTP/1.1\r\nHost:\r\n\r\n").target == "/");
}

TEST_CASE("a later minor version is read as HTTP/1.1") {
  for (const char* version : {"1.2", "1.9"}) {
    const std::string line = "GET /?log=HTTP/1.5 HTTP/" + std::string(version) + "\r\n";
    CHECK(parsed(line + "Host: h\r\n\r\n").target == "/?log=HTTP/1.5");
    CHECK_FALSE(parsed(line + "Host: h\r\n\r\n").http_1_0);
    CHECK(refused(line + "\r\n").message == "the request has no Host header");
  }
  for (const char* version : {"0.9", "1.10", "1.", "1", "2.2", "9.9"}) {
    CHECK(refused("GET / HTTP/" + std::string(version) + "\r\nHost: h\r\n\r\n").status == 505);
  }
}

TEST_CASE("HTTP/1.1 without exactly one Host is refused") {
  const request_error none = refused("GET / HTTP/1.1\r\n\r\n");
  CHECK(none.status == 400);
  CHECK(none.message == "the request has no Host header");
  const request_error two = refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  CHECK(two.message == "there are two Host headers");
  CHECK(refused("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n").status == 400);
}

TEST_CASE("what cannot become a request is told from its first byte") {
  for (const char* may : {"", "\r\n\r\n", "G", "\r\nPOST", "get", "1", "~", "hello"}) {
    CHECK_FALSE(judge_beginning(may));
  }
  const struct {
    const char *bytes, *begin;
  } table[] = {{"\x16\x03\x01", "this is TLS"},
               {"{\"app\"", "this is JSON"},
               {"\n{", "this is JSON"},
               {" GET", "this is not an HTTP request"},
               {"\xff", "this is not an HTTP request"},
               {"\x01", "this is not an HTTP request"}};
  for (const auto& row : table) {
    const auto error = judge_beginning(row.bytes);
    REQUIRE(error);
    CHECK(error->status == 400);
    CHECK(error->message.starts_with(row.begin));
    CHECK_FALSE(error->hint.empty());
  }
  CHECK(judge_beginning(std::string_view("\0", 1)));
}

TEST_CASE("the method HEAD is known also of a head that is not parsed") {
  using method = request_head::method_type;
  CHECK(unparsed_head("HEAD / HTTP/2.0\r\n").method == method::head);
  CHECK(unparsed_head("\r\nHEAD /").method == method::head);
  for (const char* other : {"", "\r\n", "HEAD", "HEADS /", "head / HTTP/1.1", "GET / HTTP/1.1"}) {
    CHECK(unparsed_head(other).method == method::other);
  }
}

TEST_CASE("a Host that is none is refused") {
  for (const char* good : {"", "h", "hub.example:7702", "my_hub:", "10.0.0.1:80", "[::1]",
                           "[fe80::1%25eth0]:7702", "%C3%A9", "a,b"}) {
    CHECK(parsed("GET / HTTP/1.1\r\nHost: " + std::string(good) + "\r\n\r\n").host == good);
  }
  for (const char* bad : {"a b", "a, b", "h/x", "u@h", "h:x", "h:80:81", "[::1", "[]", "[::1]x",
                          "h?x", "http://h", "\"h\"", "\xff"}) {
    CHECK(refused("GET / HTTP/1.1\r\nHost: " + std::string(bad) + "\r\n\r\n").status == 400);
    CHECK(refused("GET / HTTP/1.0\r\nHost: " + std::string(bad) + "\r\n\r\n").status == 400);
  }
}

TEST_CASE("what is no request is refused with its reason") {
  CHECK(refused("GET / HTTP/2.0\r\nHost: h\r\n\r\n").status == 505);
  for (const char* bad : {"hello\r\n\r\n", "GET /\r\n\r\n", " / HTTP/1.1\r\n\r\n",
                          "GET  HTTP/1.1\r\nHost: h\r\n\r\n",
                          "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
                          "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n: x\r\n\r\n",
                          "G@T / HTTP/1.1\r\nHost: h\r\n\r\n",
                          "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
                          "{\"app\":\"shop\"}\n\n", "\x16\x03\x01\x02\n\n"}) {
    const request_error e = refused(bad);
    CHECK(e.status == 400);
    CHECK(e.message.find('\n') == std::string::npos);
  }
}

TEST_CASE("a target with a space or a control character is refused, and told how to write it") {
  for (const char c : {' ', '\t', '\x01', '\x7f'}) {
    const request_error e =
        refused("GET /?log=a" + std::string(1, c) + "b HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(e.status == 400);
    CHECK(e.hint == "Write a space as + or %20.");
  }
}

TEST_CASE("the head's end is found however the bytes come") {
  for (const std::string head : {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\nHost: h\n\n",
                                 "\r\n\r\n\nGET / HTTP/1.0\r\n\n", "GET / HTTP/1.0\n\r\n"}) {
    INFO(head);
    const std::string all = head + "body\r\n\r\n";
    for (std::size_t n = 0; n < head.size(); ++n) {
      REQUIRE(find_head_end(std::string_view(all).substr(0, n)) == 0);
    }
    for (std::size_t searched = 0; searched < head.size(); ++searched) {
      CHECK(find_head_end(all, searched) == head.size());
      CHECK(find_head_end(head, searched) == head.size());
    }
  }
  CHECK(find_head_end("") == 0);
  CHECK(find_head_end("\r\n\r\n\r\n\r\n") == 0);
}

TEST_CASE("a long head is parsed as well as a short one: the reader bounds it") {
  std::string head = "GET /?log=" + std::string(60'000, 'a') + " HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 200; ++i) {
    head += "X-" + std::to_string(i) + ": " + std::string(50, 'b') + "\r\n";
  }
  CHECK(parsed(head + "\r\n").target.size() == 60'006);
}

TEST_CASE("what is said of the body is kept") {
  const request_head length = parsed(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/json; charset=utf-8\r\n"
      "Content-Length: 5, 5\r\nContent-Encoding: gzip\r\nExpect: 100-continue\r\n\r\n");
  CHECK(length.framing == request_head::framing_type::length);
  CHECK(length.content_length == 5);
  CHECK(length.content_type == "application/json; charset=utf-8");
  CHECK(length.content_encoding == "gzip");
  CHECK(length.expect == "100-continue");
  CHECK(length.host == "h");
  CHECK(parsed("POST / HTTP/1.1\r\nHost: h\r\ntransfer-encoding: Chunked \r\n\r\n").framing ==
        request_head::framing_type::chunked);
  CHECK(parsed("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: , chunked,\r\n\r\n").framing ==
        request_head::framing_type::chunked);
  CHECK(parsed("POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n").framing ==
        request_head::framing_type::length);
  CHECK(parsed("POST / HTTP/1.1\r\nHost: h\r\n\r\n").framing == request_head::framing_type::none);
}

TEST_CASE("a head from which two readers could learn different lengths is refused") {
  const struct {
    const char* version;
    const char* fields;
    unsigned status;
  } table[] = {
      {"1.1", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
      {"1.1", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
      {"1.1", "Content-Length: 5\r\nContent-Length: 6\r\n", 400},
      {"1.1", "Content-Length: 5, 6\r\n", 400},
      {"1.1", "Content-Length: -5\r\n", 400},
      {"1.1", "Content-Length: +5\r\n", 400},
      {"1.1", "Content-Length: 0x5\r\n", 400},
      {"1.1", "Content-Length: 5 5\r\n", 400},
      {"1.1", "Content-Length:\r\n", 400},
      {"1.1", "Content-Length: 99999999999999999999\r\n", 400},
      {"1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
      {"1.1", "Transfer-Encoding: chunked, chunked\r\n", 400},
      {"1.1", "Transfer-Encoding:\r\n", 400},
      {"1.1", "Transfer-Encoding: gzip, chunked\r\n", 501},
      {"1.1", "Transfer-Encoding: chunked, identity\r\n", 400},
      {"1.1", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", 501},
      {"1.1", "Transfer-Encoding: xchunked\r\n", 400},
      {"1.1", "Transfer-Encoding: chunked;q=1\r\n", 400},
      {"1.1", "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", 400},
      {"1.0", "Transfer-Encoding: chunked\r\n", 400},
      {"1.1", "Transfer-Encoding : chunked\r\n", 400},
      {"1.1", "Transfer-Encoding\r\n: chunked\r\n", 400},
      {"1.1", "Transfer-Encoding: \vchunked\r\n", 400},
      {"1.1", "X: a\rContent-Length: 5\r\n", 400},
      {"1.1", " Content-Length: 5\r\n", 400},
  };
  for (const auto& row : table) {
    const std::string host = row.version == std::string("1.1") ? "Host: h\r\n" : "";
    for (const std::string method : {"POST", "GET"}) {
      const auto e = refused(method + " / HTTP/" + row.version + "\r\n" + row.fields + host +
                             "\r\n");
      INFO(row.fields);
      CHECK(e.status == row.status);
    }
  }
}

}  // namespace
}  // namespace logio::serve
