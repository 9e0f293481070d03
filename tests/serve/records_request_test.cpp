#include "serve/records_request.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::serve {
namespace {

parsed_stream_request parse(std::string_view query, stream_media accepted = stream_media::text) {
  return parse_records_request(query, {}, accepted, 1'000'000'000'000);
}

TEST_CASE("kept records are asked for as a stream is") {
  const auto r = parse("app=shop&log=x&tail=5&since=10s&until=5s&severity=warn&format=raw").value();
  CHECK(r.wanted.source().app == std::vector<std::string>{"shop"});
  CHECK(r.wanted.source().severity == 13);
  CHECK(r.history.tail == 5);
  CHECK(r.history.since_ns == 990'000'000'000);
  CHECK(r.history.until_ns == 995'000'000'000);
  CHECK(r.format == stream_format::raw);
  CHECK(parse("", stream_media::ndjson).value().format == stream_format::ndjson);
  CHECK(parse("after=00000000000000ff-7").value().after == cursor{0xff, 7});
}

TEST_CASE("the answer ends, whatever else is the rule") {
  for (const char* query : {"", "follow=false", "tail=3", "&&", "format=sse"}) {
    INFO(query);
    CHECK_FALSE(parse(query).value().history.follow);
    CHECK(parse(query).value().heartbeat.count() == 0);
  }
}

TEST_CASE("what would make it go on is refused by name") {
  for (const char* query : {"follow=true", "heartbeat=5s", "app=a&%66ollow=true", "heartbeat=0s"}) {
    INFO(query);
    const auto refused = parse(query);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().status == 400);
    CHECK(refused.error().code == request_fault::bad_parameter);
    CHECK(refused.error().message == "not possible here");
    CHECK_FALSE(refused.error().hint.empty());
  }
  CHECK(parse("heartbeat=5s").error().parameter == "heartbeat");
}

TEST_CASE("other mistakes are explained as for a stream") {
  CHECK(parse("app=(").error().code == request_fault::bad_pattern);
  CHECK(parse("follow=maybe").error().parameter == "follow");
  CHECK(parse("heartbeat=often").error().message == "no time between heartbeats");
  CHECK(parse("colour=red").error().code == request_fault::unknown_parameter);
  CHECK(parse("log=" + std::string(70'000, 'a')).error().status == 414);
}

}  // namespace
}  // namespace logio::serve
