#include "serve/topics_page.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

TEST_CASE("a topic is shown with its counts, its rate and its times") {
  constexpr std::int64_t second = 1'000'000'000;
  hub::topic_info topic(1, {"shop", "web", ""}, second);
  topic.records = 30;
  topic.bytes = 300;
  topic.refused = 2;
  topic.publishers = 1;
  topic.last_seen_ns = 2 * second;
  topic.rate.add(2 * second, 30);
  std::string out;
  append_topic(out, topic, 4 * second);
  CHECK(out == R"({"app":"shop","proc":"web","host":"","records":30,"bytes":300,"refused":2,)"
               R"("records_per_second":10.0,"publishers":1,)"
               R"("first_seen":"1970-01-01T00:00:01.000000000Z",)"
               R"("last_seen":"1970-01-01T00:00:02.000000000Z"})");
}

}  // namespace
}  // namespace logio::serve
