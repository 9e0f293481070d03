#include "serve/publish_request.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::serve {
namespace {

request_head post() {
  request_head head;
  head.method = request_head::method_type::post;
  head.target = "/";
  head.host = "hub:7702";
  head.framing = request_head::framing_type::length;
  head.content_length = 10;
  return head;
}

publish_request parsed(const request_head& head, std::string_view query = "app=a") {
  INFO(query);
  auto out = parse_publish_request(head, query, {}, {});
  INFO((out ? "" : out.error().message));
  REQUIRE(out.has_value());
  return *out;
}

request_error refused(const request_head& head, std::string_view query = "app=a",
                      const cors_policy& cors = {}) {
  INFO(query);
  auto out = parse_publish_request(head, query, cors, {.body_bytes_max = 1000});
  REQUIRE(out.has_error());
  CHECK_FALSE(out.error().hint.empty());
  return out.error();
}

TEST_CASE("the query names a topic, literally") {
  const publish_request asked = parsed(post(), "app=shop.*&proc=web+1&host=");
  CHECK(asked.topic == record::topic{"shop.*", "web 1", ""});
  CHECK(asked.format == wire::body_format::lines);
  CHECK_FALSE(asked.stamped);
  CHECK(asked.content_length == 10);
  CHECK(parsed(post(), "app=a&stamped=true").stamped);
  CHECK_FALSE(parsed(post(), "app=a&stamped=false").stamped);
}

TEST_CASE("the media type says what the body holds") {
  const auto format = [](std::string type) {
    request_head head = post();
    head.content_type = std::move(type);
    return parsed(head).format;
  };
  CHECK(format("application/x-ndjson") == wire::body_format::ndjson);
  CHECK(format("Application/X-NDJSON ; charset=utf-8") == wire::body_format::ndjson);
  CHECK(format("application/json") == wire::body_format::json);
  CHECK(format("APPLICATION/json;charset=utf-8") == wire::body_format::json);
  for (const char* lines : {"", "text/plain", "application/x-www-form-urlencoded",
                            "application/jsonx", "application/octet-stream", ";application/json"}) {
    CHECK(format(lines) == wire::body_format::lines);
  }
}

TEST_CASE("records may bring their app, lines may not lack one") {
  request_head head = post();
  const request_error e = refused(head, "proc=web");
  CHECK(e.status == 400);
  CHECK(e.parameter == "app");
  CHECK(refused(head, "app=&proc=web").parameter == "app");
  head.content_type = "application/x-ndjson";
  CHECK(parsed(head, "proc=web").topic == record::topic{"", "web", ""});
}

TEST_CASE("a bad query is refused with the parameter") {
  const struct {
    const char* query;
    request_fault code;
    const char* parameter;
  } table[] = {
      {"app=a&colour=red", request_fault::unknown_parameter, "colour"},
      {"app=a&log=x", request_fault::unknown_parameter, "log"},
      {"app=a&app=b", request_fault::bad_parameter, "app"},
      {"app=a&host=x&host=x", request_fault::bad_parameter, "host"},
      {"app=a[b]", request_fault::bad_parameter, "app"},
      {"app=a&proc=%ff", request_fault::bad_parameter, "proc"},
      {"app=a&proc=%0A", request_fault::bad_parameter, "proc"},
      {"app=%zz", request_fault::bad_parameter, "app"},
      {"app=a&stamped=yes", request_fault::bad_parameter, "stamped"},
  };
  for (const auto& row : table) {
    const request_error e = refused(post(), row.query);
    CHECK(e.status == 400);
    CHECK(e.code == row.code);
    CHECK(e.parameter == row.parameter);
  }
  CHECK(refused(post(), "app=" + std::string(256, 'x')).message.starts_with("has 256 bytes"));
  CHECK(refused(post(), "app=" + std::string(70'000, 'x')).status == 414);
  request_head head = post();
  head.content_type = "application/json";
  CHECK(refused(head, "app=a&stamped=true").parameter == "stamped");
}

TEST_CASE("a body needs an end") {
  request_head head = post();
  head.framing = request_head::framing_type::none;
  CHECK(refused(head).status == 411);
  CHECK(refused(head).code == request_fault::length_required);
  head.framing = request_head::framing_type::chunked;
  CHECK_FALSE(parsed(head).content_length.has_value());
}

TEST_CASE("codings are undone or refused with those that are") {
  const auto coding = [](std::string name) {
    request_head head = post();
    head.content_encoding = std::move(name);
    return parsed(head).coding;
  };
  CHECK(coding("") == content_coding::identity);
  CHECK(coding("identity") == content_coding::identity);
  CHECK(coding("GZip") == content_coding::gzip);
  CHECK(coding(" x-gzip ") == content_coding::gzip);
  CHECK(coding("zstd") == content_coding::zstd);
  for (const char* other : {"br", "deflate", "gzip, zstd", "gzip,"}) {
    request_head head = post();
    head.content_encoding = other;
    CHECK(refused(head).status == 415);
    CHECK(refused(head).code == request_fault::unsupported);
  }
}

TEST_CASE("a length over the limit is refused at once, unless it is of a compressed body") {
  request_head head = post();
  head.content_length = 1001;
  CHECK(refused(head).status == 413);
  head.content_encoding = "gzip";
  CHECK(parse_publish_request(head, "app=a", {}, {.body_bytes_max = 1000}).has_value());
  head.content_encoding.clear();
  head.content_length = 1000;
  CHECK(parse_publish_request(head, "app=a", {}, {.body_bytes_max = 1000}).has_value());
}

TEST_CASE("only 100-continue can be expected, and not by HTTP/1.0") {
  request_head head = post();
  CHECK_FALSE(parsed(head).expects_continue);
  head.expect = "100-Continue";
  CHECK(parsed(head).expects_continue);
  head.http_1_0 = true;
  CHECK_FALSE(parsed(head).expects_continue);
  head.http_1_0 = false;
  head.expect = "200-ok";
  CHECK(refused(head).status == 417);
}

TEST_CASE("a page of another origin may not publish, unless it is the one that may read") {
  request_head head = post();
  head.origin = "http://evil.example";
  CHECK(refused(head).status == 403);
  CHECK(refused(head, "app=a", {"http://a.example"}).code == request_fault::forbidden);
  CHECK(parse_publish_request(head, "app=a", {"http://evil.example"}, {}).has_value());
  CHECK(parse_publish_request(head, "app=a", {"*"}, {}).has_value());
  head.origin = "null";
  CHECK(refused(head).status == 403);
  for (const char* own : {"http://hub:7702", "https://HUB:7702"}) {
    head.origin = own;
    CHECK(parsed(head).topic.app == "a");
  }
}

}  // namespace
}  // namespace logio::serve
