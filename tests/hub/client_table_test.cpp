#include "logio/hub/client_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::hub {
namespace {

TEST_CASE("the newest connection of a client owns it and learns what the hub has") {
  client_table table;
  const auto first = table.open("c1", 1);
  CHECK(first.highest == 0);
  first.of->highest = 41;
  const auto second = table.open("c1", 2);
  CHECK(second.of == first.of);
  CHECK(second.highest == 41);
  CHECK(second.of->owner == second.owner);
  CHECK(first.owner < second.owner);
}

TEST_CASE("clients that nobody uses for a day are forgotten, used ones are not") {
  client_table table;
  const auto held = table.open("held", 1);
  table.open("idle", 1).of->highest = 9;
  const auto later = client_table::unused_ns_max + 2;
  table.open("other", later);
  CHECK(table.size() == 2);
  CHECK(table.open("idle", later).highest == 0);
  CHECK(table.open("held", later).of == held.of);
}

TEST_CASE("the number of clients is bounded") {
  client_table table;
  for (std::size_t i = 0; i < client_table::clients_max + 1000; ++i) {
    table.open(std::to_string(i), 1);
  }
  CHECK(table.size() == client_table::clients_max);
}

}  // namespace
}  // namespace logio::hub
