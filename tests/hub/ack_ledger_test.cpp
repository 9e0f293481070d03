#include "logio/hub/ack_ledger.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::hub {
namespace {

TEST_CASE("a number settles when the log is durable up to its end, never before") {
  ack_ledger ledger;
  ledger.begin(4);
  ledger.note(10, 101);
  ledger.note(12, 150);
  CHECK(ledger.settle(100) == 4);
  CHECK(ledger.next_end() == 101);
  CHECK(ledger.settle(101) == 10);
  CHECK(ledger.settle(149) == 10);
  CHECK(ledger.settle(1000) == 12);
  CHECK(ledger.empty());
}

TEST_CASE("too many entries are joined: the last one still settles only at its own end") {
  ack_ledger ledger;
  for (std::uint64_t n = 1; n <= 2 * ack_ledger::entries_max; ++n) ledger.note(n, 10 * n);
  CHECK(ledger.settle(10) == 1);
  CHECK(ledger.settle(20 * ack_ledger::entries_max - 1) == ack_ledger::entries_max - 1);
  CHECK(ledger.settle(20 * ack_ledger::entries_max) == 2 * ack_ledger::entries_max);
  CHECK(ledger.empty());
}

}  // namespace
}  // namespace logio::hub
