#include "journal/client_book.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::journal {
namespace {

TEST_CASE("a client's highest number is kept until it is unused for a day") {
  client_book book;
  book.note("a", 7, 100);
  book.note("a", 5, 200);
  book.note("", 9, 200);
  book.note("b", 1, 300 + client_book::unused_ns_max);
  const auto first = book.newest(200 + client_book::unused_ns_max);
  CHECK(first.size() == 2);
  const auto later = book.newest(201 + client_book::unused_ns_max);
  REQUIRE(later.size() == 1);
  CHECK(later[0].id == "b");
}

TEST_CASE("of too many clients the longest unused are forgotten") {
  client_book book;
  for (std::size_t i = 0; i < client_book::clients_max + 10; ++i) {
    book.note("client " + std::to_string(i), i, static_cast<std::int64_t>(i));
  }
  const auto kept = book.newest(1000);
  REQUIRE(kept.size() == client_book::clients_max);
  for (const client_state& c : kept) REQUIRE(c.highest >= 10);
}

}  // namespace
}  // namespace logio::journal
