#include "logio/base/slot_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

using logio::base::slot_memory;

namespace {

constexpr std::size_t slot_bytes = std::size_t{64} << 10;

std::size_t resident_pages(std::byte* slot) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages(slot_bytes / page);
  REQUIRE(::mincore(slot, slot_bytes, pages.data()) == 0);
  return static_cast<std::size_t>(
      std::count_if(pages.begin(), pages.end(), [](unsigned char p) { return (p & 1) != 0; }));
}

bool is_zero(const std::byte* slot) {
  return std::all_of(slot, slot + slot_bytes, [](std::byte b) { return b == std::byte{}; });
}

TEST_CASE("slots are distinct, whole and zero, also across several maps") {
  slot_memory memory(slot_bytes);
  std::set<std::byte*> slots;
  for (std::size_t i = 0; i < 3 * slot_memory::map_bytes / slot_bytes + 1; ++i) {
    std::byte* const slot = memory.take().value();
    REQUIRE(reinterpret_cast<std::uintptr_t>(slot) %
                static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE)) ==
            0);
    REQUIRE(is_zero(slot));
    std::fill_n(slot, slot_bytes, std::byte{1});
    REQUIRE(slots.insert(slot).second);
  }
  const std::byte* before = nullptr;
  for (const std::byte* slot : slots) {
    if (before != nullptr) REQUIRE(slot - before >= static_cast<std::ptrdiff_t>(slot_bytes));
    before = slot;
  }
}

TEST_CASE("a page is resident from when it is touched until its slot is given back") {
  slot_memory memory(slot_bytes);
  std::byte* const slot = memory.take().value();
  CHECK(resident_pages(slot) == 0);
  slot[0] = slot[100] = std::byte{1};
  CHECK(resident_pages(slot) == 1);
  std::fill_n(slot, slot_bytes, std::byte{1});
  CHECK(resident_pages(slot) == slot_bytes / static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
  memory.give_back(slot, slot_bytes);
  CHECK(resident_pages(slot) == 0);
  std::byte* const again = memory.take().value();
  CHECK(again == slot);  // the one used last: its page table is there
  CHECK(is_zero(again));
}

}  // namespace
