#include "sink/kafka_closer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace logio::sink;

namespace {

std::unique_ptr<kafka_producer> idle_producer() {
  std::string error;
  auto made = kafka_producer::open({{"bootstrap.servers", "127.0.0.1:1"}}, "test", error);
  REQUIRE(made);
  return made;
}

}  // namespace

TEST_CASE("producers are destroyed behind the caller's back, all before the closer is gone") {
  kafka_closer closer;
  CHECK_FALSE(closer.full());
  for (std::size_t i = 0; i < kafka_closer::waiting_max; ++i) {
    byte_arena values;
    values.reserve(1000);
    closer.take(idle_producer(), std::move(values));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (closer.full() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK_FALSE(closer.full());
}
