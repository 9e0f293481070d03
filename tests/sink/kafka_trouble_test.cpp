#include "sink/kafka_trouble.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logio::sink;
using cause = kafka_trouble::cause;

TEST_CASE("a trouble is told on one line with the peer, until what it was of is well") {
  kafka_trouble trouble("b1:9092");
  CHECK(trouble.text().empty());
  CHECK_FALSE(trouble.is(cause::way));
  trouble.say(cause::commit, "refused\nat once");
  CHECK(trouble.text() == "b1:9092: refused at once");
  CHECK(trouble.is(cause::commit));
  trouble.end({cause::way, cause::group, cause::data});
  CHECK(trouble.is(cause::commit));
  trouble.say(cause::way, "gone");
  CHECK(trouble.text() == "b1:9092: gone");
  trouble.end({cause::commit});
  CHECK(trouble.is(cause::way));
  trouble.end({cause::commit, cause::way});
  CHECK(trouble.text().empty());
  CHECK_FALSE(trouble.is(cause::way));
}
