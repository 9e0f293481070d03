#include "serve/event_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace logio::serve {
namespace {

std::vector<std::string> kept(const event_store& store) {
  std::vector<std::string> out;
  for (const event_ptr& e : store.list()) out.push_back(e->json.substr(0, 8));
  return out;
}

TEST_CASE("a store keeps the newest events, oldest first") {
  event_store store(3);
  CHECK(store.list().empty());
  for (int n = 0; n < 5; ++n) store.add({std::to_string(n), "a", "t", n});
  CHECK(kept(store) == std::vector<std::string>{"2", "3", "4"});
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
  const auto all = kept(store);
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

}  // namespace
}  // namespace logio::serve
