#include "serve/repeated_events.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::serve {
namespace {

using namespace std::chrono_literals;

struct fixture {
  repeated_events seen;
  repeated_events::time_point now{};
  bool is_repeated(const std::string& json, std::uint64_t connection) {
    return seen.is_repeated(json, connection, now);
  }
};

TEST_CASE("only the same bytes by another connection are a repetition") {
  fixture f;
  CHECK_FALSE(f.is_repeated("x", 0));
  CHECK_FALSE(f.is_repeated("x", 0));
  CHECK_FALSE(f.is_repeated("y", 1));
  CHECK_FALSE(f.is_repeated("x ", 1));
  CHECK(f.is_repeated("x", 1));
  CHECK(f.is_repeated("y", 0));
}

TEST_CASE("each event stands for one on each other connection") {
  fixture f;
  CHECK_FALSE(f.is_repeated("x", 1));
  CHECK_FALSE(f.is_repeated("x", 1));
  CHECK(f.is_repeated("x", 2));
  CHECK(f.is_repeated("x", 2));
  CHECK_FALSE(f.is_repeated("x", 2));  // the third there: the other had two
  CHECK(f.is_repeated("x", 1));
  CHECK_FALSE(f.is_repeated("x", 1));
  for (int i = 0; i < 2; ++i) CHECK(f.is_repeated("x", 3));
}

TEST_CASE("after a minute the same bytes are a new event") {
  fixture f;
  CHECK_FALSE(f.is_repeated("x", 1));
  f.now += repeated_events::window;
  CHECK(f.is_repeated("x", 2));
  f.now += 1ms;
  CHECK_FALSE(f.is_repeated("x", 3));
  CHECK(f.seen.size() == 1);
}

TEST_CASE("what is forgotten takes what it stood for with it") {
  fixture f;
  CHECK_FALSE(f.is_repeated("x", 1));
  f.now += 40s;
  CHECK_FALSE(f.is_repeated("x", 1));
  CHECK(f.is_repeated("x", 2));  // of the first
  f.now += 30s;                  // which is forgotten now
  CHECK(f.is_repeated("x", 2));
  CHECK_FALSE(f.is_repeated("x", 2));
}

TEST_CASE("many events are remembered, and not more") {
  fixture f;
  for (std::size_t i = 0; i < repeated_events::events_max + 10; ++i) {
    REQUIRE_FALSE(f.is_repeated(std::to_string(i), 1));
  }
  CHECK(f.seen.size() == repeated_events::events_max);
  CHECK_FALSE(f.is_repeated("0", 2));
  CHECK(f.is_repeated(std::to_string(repeated_events::events_max), 2));
}

}  // namespace
}  // namespace logio::serve
