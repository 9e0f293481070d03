#include "logio/serve/accept.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>
#include <vector>

using namespace logio::serve;

TEST_CASE("an Accept header chooses the form of a stream") {
  struct row {
    std::string_view accept;
    stream_media chosen;
  };
  const std::vector<row> rows = {
      {"", stream_media::text},
      {"*/*", stream_media::text},
      {"text/*", stream_media::text},
      {"application/*", stream_media::text},
      {"text/plain", stream_media::text},
      {"text/event-stream", stream_media::sse},
      {"TEXT/Event-Stream", stream_media::sse},
      {"application/x-ndjson", stream_media::ndjson},
      {"application/x-ndjson, */*", stream_media::ndjson},
      {"application/x-ndjson;q=0.5, */*", stream_media::text},
      {"text/plain, application/x-ndjson", stream_media::text},
      {"application/x-ndjson, text/plain", stream_media::ndjson},
      {"application/x-ndjson;q=0.2, text/event-stream;q=0.8", stream_media::sse},
      {"application/x-ndjson;q=0", stream_media::text},
      {"text/event-stream;q=1.0;charset=utf-8", stream_media::sse},
      {"text/event-stream ; q=0.001 , text/plain;q=0", stream_media::sse},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
       stream_media::html},
      {"image/png", stream_media::text},
      {"application/json", stream_media::text},
  };
  for (const row& r : rows) {
    INFO(r.accept);
    CHECK(preferred_stream(r.accept) == r.chosen);
  }
}

TEST_CASE("an error is JSON for whoever names JSON, NDJSON or SSE") {
  struct row {
    std::string_view accept;
    error_media chosen;
  };
  const std::vector<row> rows = {
      {"", error_media::text},
      {"*/*", error_media::text},
      {"text/html, */*;q=0.8", error_media::text},
      {"application/json", error_media::json},
      {"application/x-ndjson", error_media::json},
      {"text/event-stream", error_media::json},
      {"application/json, text/plain, */*", error_media::json},
      {"text/plain, application/json", error_media::text},
      {"text/plain;q=0.5, application/json", error_media::json},
      {"application/json;q=0", error_media::text},
  };
  for (const row& r : rows) {
    INFO(r.accept);
    CHECK(preferred_error(r.accept) == r.chosen);
  }
}

TEST_CASE("what is not an Accept header is passed over") {
  for (const std::string_view accept :
       {",,,", ";", "q=1", "text", "/", "text/", "text/event-stream;q=2", "text/event-stream;q=x",
        "text/event-stream;q=", "text/event-stream;q=0.0001", "\"text/event-stream", "\\",
        "\"\\"}) {
    INFO(accept);
    CHECK(preferred_stream(accept) == stream_media::text);
    CHECK(preferred_error(accept) == error_media::text);
  }
  CHECK(preferred_stream("text/x;a=\"b,text/html\";q=1, text/event-stream") == stream_media::sse);
}
