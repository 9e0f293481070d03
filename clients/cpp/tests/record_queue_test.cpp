#include "record_queue.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace logio::client {
namespace {

constexpr std::int64_t queued_at_ns = 1'481'062'461'000'000'000;

void add(record_queue& queue, const std::string& text) {
  queue.add({.text = text, .time_ns = queued_at_ns});
}

}  // namespace

TEST_CASE("the bound holds for what is allocated, waiting and in flight") {
  constexpr std::size_t bytes_max = 64 * 1024;
  record_queue queue(bytes_max, 1'000'000);
  std::vector<batch> flight;
  std::uint64_t taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    add(queue, std::string(static_cast<std::size_t>(i % 300), 'x'));
    CHECK(queue.held_bytes() <= bytes_max);
    if (i % 100 == 0) {
      if (auto next = queue.take(queued_at_ns)) {
        taken += next->records;
        flight.push_back(std::move(*next));
      }
    }
  }
  CHECK(queue.dropped() > 0);
  for (const batch& b : flight) queue.release(b);
  while (auto next = queue.take(queued_at_ns)) {
    taken += next->records;
    queue.release(*next);
  }
  CHECK(taken + queue.dropped() == 20'000);
  CHECK(queue.held_bytes() == 0);
}

TEST_CASE("so does the bound of records") {
  record_queue queue(std::size_t{1} << 20, 10);
  for (int i = 0; i < 25; ++i) add(queue, "x");
  std::uint64_t taken = 0;
  while (const auto next = queue.take(queued_at_ns)) taken += next->records;
  CHECK(taken <= 10);
  CHECK(taken + queue.dropped() == 25);
}

TEST_CASE("a loss is told once, before what follows it") {
  record_queue queue(8 * 1024, 1'000'000);
  for (int i = 0; i < 1000; ++i) add(queue, "line " + std::to_string(i));
  const std::uint64_t dropped = queue.dropped();
  REQUIRE(dropped > 0);
  const auto notice = queue.take(queued_at_ns);
  REQUIRE(notice);
  CHECK(notice->records == 0);
  CHECK(notice->numbers == 1);
  CHECK(notice->bytes.find("Error L10 (output buffer overflow): " + std::to_string(dropped) +
                           " messages dropped since 2016-12-06T22:14:21.000.\",\"severity\":"
                           "\"warn\"}\n") != std::string::npos);
  const auto next = queue.take(queued_at_ns);
  REQUIRE(next);
  CHECK(next->bytes.find("\"line " + std::to_string(dropped) + "\"") != std::string::npos);
}

TEST_CASE("a flush watches what is held, in flight and waiting, and whether it is dropped") {
  record_queue queue(8 * 1024, 1'000'000);
  queue.begin_flush();
  CHECK(queue.flushed());
  add(queue, "in flight");
  const auto flight = queue.take(queued_at_ns);
  REQUIRE(flight);
  add(queue, "waits");
  queue.begin_flush();
  add(queue, "after");
  CHECK(!queue.flushed());
  queue.release(*flight);
  CHECK(!queue.flushed());
  const auto waited = queue.take(queued_at_ns);
  REQUIRE(waited);
  CHECK(waited->records == 1);  // not together with what came after
  queue.release(*waited);
  CHECK(queue.flushed());
  CHECK(!queue.flush_lost());

  queue.begin_flush();
  for (int i = 0; i < 1000; ++i) add(queue, "line " + std::to_string(i));
  CHECK(queue.flushed());
  CHECK(queue.flush_lost());
}

TEST_CASE("a record that is larger than the buffer is dropped, and counted") {
  record_queue queue(8 * 1024, 100);
  add(queue, "before");
  add(queue, std::string(9000, 'x'));
  CHECK(queue.dropped() == 2);
  CHECK(queue.held_bytes() == 0);
}

}  // namespace logio::client
