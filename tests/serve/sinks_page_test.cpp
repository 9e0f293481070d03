#include "serve/sinks_page.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "serve/board.hpp"
#include "serve/served.hpp"

namespace logio::serve {
namespace {

TEST_CASE("a sink is shown with its state, its place and its numbers") {
  sink_row row;
  row.name = "es";
  row.url = "elasticsearch://u:***@h:9200/logs";
  row.state = "back_off";
  row.since_ns = 1'000'000'000;
  row.last_error = "\"503\" from h";
  row.cursor = "00000000000000ab-41";
  row.lag_records = 1;
  row.lag_bytes = 2;
  row.lag_seconds = 3.25;
  row.matched_records = 4;
  row.sent_records = 5;
  row.sent_bytes = 6;
  row.cut_records = 10;
  row.retried_requests = 7;
  row.dead_records = 8;
  row.dead_kept = 9;
  row.dead_lost = 12;
  row.resent_records = 13;
  row.dropped_records = 10;
  row.missed_records = 11;
  row.compressed_files = 14;
  row.uncompressed_files = 15;
  row.compress_failures = 16;
  CHECK(render_sinks({row}) ==
        R"({"sinks":[{"name":"es","url":"elasticsearch://u:***@h:9200/logs",)"
        R"("state":"back_off","since":"1970-01-01T00:00:01.000000000Z",)"
        R"("last_error":"\"503\" from h","cursor":"00000000000000ab-41","lag_records":1,)"
        R"("lag_bytes":2,"lag_seconds":3.250,"matched_records":4,"sent_records":5,)"
        R"("sent_bytes":6,"cut_records":10,"retried_requests":7,"dead_records":8,)"
        R"("dead_kept_records":9,"dead_lost_records":12,"resent_records":13,)"
        R"("dropped_records":10,"missed_records":11,"compressed_files":14,)"
        R"("uncompressed_files":15,"compress_failures":16}]})"
        "\n");
}

TEST_CASE("what there is nothing of is null, and no sinks are an empty list") {
  sink_row row;
  row.state = "up";
  const std::string two = render_sinks({row, row});
  CHECK(two.find(R"("last_error":null,"cursor":null,)") != std::string::npos);
  CHECK(std::count(two.begin(), two.end(), '{') == 3);
  CHECK(two.find("},{") != std::string::npos);
  CHECK(render_sinks({}) == "{\"sinks\":[]}\n");
  CHECK(rows_of(nullptr).empty());
}

TEST_CASE("who asks for a sink that is not there is told which are") {
  testing::board board;
  board.add("es");
  board.add("recent");
  CHECK_FALSE(judge_sink(&board, "es").has_value());
  const auto refused = judge_sink(&board, std::string(1000, 'x'));
  REQUIRE(refused.has_value());
  CHECK(refused->status == 404);
  CHECK(refused->code == request_fault::not_found);
  CHECK(refused->message == "there is no sink called " + std::string(64, 'x'));
  CHECK(refused->hint == "Here are es, recent; /v1/sinks tells how they are.");
  CHECK(judge_sink(nullptr, "es")->hint == "This hub has no sinks; --sink URL gives it one.");
}

TEST_CASE("of very many sinks the first are named") {
  testing::board board;
  for (int i = 0; i < 100; ++i) board.add("s" + std::to_string(i));
  const auto refused = judge_sink(&board, "x");
  REQUIRE(refused.has_value());
  CHECK(refused->hint.find("s31 and 68 more;") != std::string::npos);
  CHECK(refused->hint.find("s32") == std::string::npos);
}

TEST_CASE("the list is served, and empty where there are no sinks") {
  testing::board board;
  board.add("es");
  testing::served hub(&board);
  const auto list = hub.ask("GET /v1/sinks");
  CHECK(list.status == 200);
  CHECK(list.has("Content-Type: application/json"));
  CHECK(list.body == render_sinks(board.rows()));
  CHECK(hub.ask("HEAD /v1/sinks").body.empty());
  CHECK(hub.ask("GET /v1/sinks?x=1").status == 400);
  CHECK(testing::served(nullptr).ask("GET /v1/sinks").body == "{\"sinks\":[]}\n");
}

TEST_CASE("each path of sinks takes its own methods") {
  testing::board board;
  board.add("es");
  board.keep("es", {});
  testing::served hub(&board);
  for (const char* path : {"/v1/sinks", "/v1/sinks/es/records", "/v1/sinks/es/dead"}) {
    INFO(path);
    CHECK(hub.ask("GET " + std::string(path)).status == 200);
    const auto head = hub.ask("HEAD " + std::string(path));
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    const auto options = hub.ask("OPTIONS " + std::string(path));
    CHECK(options.status == 204);
    CHECK(options.has("Allow: GET, HEAD, OPTIONS"));
    for (const char* method : {"POST ", "DELETE ", "get "}) {
      const auto refused = hub.ask(method + std::string(path), "Content-Length: 0\r\n");
      CHECK(refused.status == 405);
      CHECK(refused.has("Allow: GET, HEAD, OPTIONS"));
    }
  }
  const std::string change = "/v1/sinks/es/dead/resend";
  CHECK(hub.ask("OPTIONS " + change).has("Allow: OPTIONS, POST"));
  for (const char* method : {"GET ", "HEAD ", "PUT "}) {
    CHECK(hub.ask(method + change).status == 405);
    CHECK(hub.ask(method + change).has("Allow: OPTIONS, POST"));
  }
  CHECK(board.resent() == 0);
  const auto nothing = hub.ask("GET /v1/sinks/es");
  CHECK(nothing.status == 404);
  CHECK(nothing.body.find("/v1/sinks/NAME/dead/resend") != std::string::npos);
}

}  // namespace
}  // namespace logio::serve
