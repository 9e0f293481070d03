#include "serve/open_topics.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::serve {
namespace {

record::topic named(int i) { return {"app" + std::to_string(i), "", ""}; }

TEST_CASE("a topic is opened once for a request and closed with it") {
  hub::topic_table table(1000, 4);
  hub::topic_ptr topic;
  {
    open_topics open(table);
    topic = open.open(named(1), 1, 0).value();
    CHECK(open.open(named(1), 2, 0).value() == topic);
    CHECK(topic->publishers == 1);
  }
  CHECK(topic->publishers == 0);
}

TEST_CASE("of many topics few are held open, the newest among them") {
  hub::topic_table table(1000, 4);
  open_topics open(table);
  hub::topic_ptr before;
  for (int i = 0; i < 1000; ++i) {
    const auto topic = open.open(named(i), 1, 0).value();
    CHECK(topic->publishers == 1);
    if (before) CHECK(before->publishers == 1);
    CHECK(open.size() <= open_topics::topics_max);
    before = topic;
  }
}

TEST_CASE("a full table is said, and the others stay open") {
  hub::topic_table table(2, 4);
  open_topics open(table);
  const auto a = open.open(named(1), 1, 0).value();
  const auto b = open.open(named(2), 1, 0).value();
  CHECK(open.open(named(3), 1, 0).error() == hub::hub_error::too_many_topics);
  CHECK(open.open(named(1), 1, 0).value() == a);
  CHECK(b->publishers == 1);
}

}  // namespace
}  // namespace logio::serve
