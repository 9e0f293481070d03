#include "serve/event_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace logio::serve {
namespace {

std::vector<std::string> first_bytes(const event_store& store) {
  std::vector<std::string> out;
  for (const event_ptr& e : store.list()) out.push_back(e->json.substr(0, 8));
  return out;
}

TEST_CASE("a store keeps the newest events, oldest first") {
  event_store store(3);
  CHECK(store.list().empty());
  for (int n = 0; n < 5; ++n) store.add({std::to_string(n), "a", "t", n});
  CHECK(first_bytes(store) == std::vector<std::string>{"2", "3", "4"});
}

TEST_CASE("a store of no events keeps none") {
  event_store store(0);
  store.add({"1", "", "", 0});
  CHECK(store.list().empty());
}

TEST_CASE("a store keeps no more bytes than it may, whatever their number") {
  event_store store(1000);
  constexpr std::size_t long_bytes = std::size_t{16} << 20;
  for (int n = 0; n < 20; ++n) {
    std::string json(long_bytes, 'x');
    json.replace(0, 8, "number" + std::to_string(10 + n));
    store.add({std::move(json), "", "", 0});
  }
  const auto all = first_bytes(store);
  CHECK(all.size() == event_store::event_bytes_total / long_bytes);
  CHECK(all.back() == "number29");
  CHECK(all.front() == "number14");
}

TEST_CASE("what a list shares stays when the store lets go of it") {
  event_store store(1);
  store.add({"old", "", "", 0});
  const auto list = store.list();
  store.add({"new", "", "", 0});
  CHECK(list.front()->json == "old");
}

TEST_CASE("who goes on where he was gets each event once, and is told what is gone") {
  event_store store(3);
  CHECK(store.count() == 0);
  for (int n = 0; n < 5; ++n) store.add({std::to_string(n), "", "", n});
  CHECK(store.count() == 5);
  CHECK(store.list_from(5, 10).events.empty());
  CHECK(store.list_from(9, 10).events.empty());
  CHECK(store.list_from(9, 10).gone == 0);
  const auto all = store.list_from(0, 10);
  CHECK(all.gone == 2);
  CHECK(all.events.size() == 3);
  const auto some = store.list_from(3, 1);
  CHECK(some.gone == 0);
  REQUIRE(some.events.size() == 1);
  CHECK(some.events[0]->json == "3");
}

TEST_CASE("who watches is told of each event until he no longer does") {
  event_store store(1);
  int told = 0;
  const auto id = store.watch([&told] { ++told; });
  store.add({"1", "", "", 0});
  store.wake();
  CHECK(told == 2);
  store.unwatch(id);
  store.add({"2", "", "", 0});
  CHECK(told == 2);
}

}  // namespace
}  // namespace logio::serve
