#include "serve/sink_records_page.hpp"

#include <catch2/catch_test_macros.hpp>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "serve/board.hpp"
#include "serve/served.hpp"

namespace logio::serve {
namespace {

using testing::board;
using testing::kept;
using testing::served;

kept numbered(std::uint64_t position, std::string text) {
  kept k;
  k.text = std::move(text);
  k.position = position;
  k.arrival_ns = 1'000'000'000;
  return k;
}

TEST_CASE("what a sink keeps is sent in the formats of streams") {
  board b;
  b.add("recent");
  b.keep("recent", {numbered(1, "one"), numbered(2, "two")});
  served hub(&b);
  const auto text = hub.ask("GET /v1/sinks/recent/records");
  CHECK(text.status == 200);
  CHECK(text.complete);
  CHECK(text.has("Content-Type: text/plain; charset=utf-8"));
  CHECK(text.body == "1970-01-01T00:00:01.000 shop[web] h1: one\n"
                     "1970-01-01T00:00:01.000 shop[web] h1: two\n");
  const auto json =
      hub.ask("GET /v1/sinks/recent/records?tail=1", "Accept: application/x-ndjson\r\n");
  CHECK(json.has("Content-Type: application/x-ndjson"));
  CHECK(json.body.starts_with("{\"cursor\":\"00000000000000ab-2\","));
  const auto sse = hub.ask("GET /v1/sinks/recent/records?format=sse",
                           "Last-Event-ID: 00000000000000aa-1\r\n");
  CHECK(sse.has("Content-Type: text/event-stream"));
  CHECK(sse.body.find("continuity_lost") < sse.body.find("id: 00000000000000ab-1\n"));
  CHECK(hub.ask("GET /v1/sinks/recent/records?format=raw&log=two&follow=false").body == "two\n");
  CHECK(hub.ask("HEAD /v1/sinks/recent/records").body.empty());
  CHECK_FALSE(b.asked_on_io_thread());
}

TEST_CASE("what cannot be asked is refused, with the way out") {
  board b;
  b.add("es");
  b.add("recent");
  b.keep("recent", {});
  served hub(&b);
  CHECK(hub.ask("GET /v1/sinks/recent/records").body.empty());
  CHECK(hub.ask("GET /v1/sinks/recent/records").complete);
  const auto unknown = hub.ask("GET /v1/sinks/ES/records");
  CHECK(unknown.status == 404);
  CHECK(unknown.body.find("no sink called ES") != std::string::npos);
  CHECK(unknown.body.find("Here are es, recent;") != std::string::npos);
  const auto other = hub.ask("GET /v1/sinks/es/records", "Accept: application/json\r\n");
  CHECK(other.status == 404);
  CHECK(other.body.find("\"code\":\"not_found\"") != std::string::npos);
  CHECK(other.body.find("in-memory://") != std::string::npos);
  for (const char* query : {"app=(", "follow=true", "heartbeat=5s", "colour=x"}) {
    INFO(query);
    CHECK(hub.ask("GET /v1/sinks/recent/records?" + std::string(query)).status == 400);
  }
  CHECK(served(nullptr).ask("GET /v1/sinks/recent/records").status == 404);
}

TEST_CASE("a long list comes whole and in order, to many at a time, also over HTTP/1.0") {
  constexpr std::uint64_t count = 5000;
  std::vector<kept> records;
  std::string wanted;
  for (std::uint64_t i = 1; i <= count; ++i) {
    records.push_back(numbered(i, std::to_string(i) + std::string(100, 'x')));
    wanted += records.back().text + '\n';
  }
  records.push_back(numbered(count + 1, std::string(300'000, 'y')));
  wanted += records.back().text + '\n';
  board b;
  b.add("recent");
  b.keep("recent", records);
  served hub(&b);
  const std::string target = "/v1/sinks/recent/records?format=raw";
  std::vector<std::future<testing::got>> asked;
  for (int i = 0; i < 8; ++i) {
    const std::string request =
        "GET " + target + (i % 2 == 0 ? " HTTP/1.1\r\nHost: h\r\n\r\n" : " HTTP/1.0\r\n\r\n");
    auto ask = [&hub, request, pair = net::tcp_pair()]() mutable {
      return hub.ask_over(std::move(pair), request);
    };
    asked.push_back(std::async(std::launch::async, std::move(ask)));
  }
  for (auto& one : asked) {
    const testing::got answer = one.get();
    CHECK(answer.complete);
    CHECK((answer.body == wanted));
  }
  CHECK(hub.ask("GET " + target + "&tail=1&exclude=y").body ==
        "5000" + std::string(100, 'x') + "\n");
}

}  // namespace
}  // namespace logio::serve
