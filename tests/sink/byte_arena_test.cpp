#include "sink/byte_arena.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <random>
#include <string>
#include <vector>

using namespace logio::sink;

TEST_CASE("what was kept stays as it was until the arena is cleared, also when it is moved") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  byte_arena arena;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::pair<const char*, std::string>> kept;
    for (int i = 0; i < 500; ++i) {
      const std::size_t reserved = random() % 50 == 0 ? random() % 700'000 : random() % 5'000;
      const std::size_t used = reserved == 0 ? 0 : random() % reserved;
      char* const at = arena.reserve(reserved);
      std::memset(at, 'x', reserved);
      std::string text(used, static_cast<char>('a' + i % 26));
      std::memcpy(at, text.data(), used);
      arena.keep(used);
      kept.emplace_back(at, std::move(text));
    }
    byte_arena moved = std::move(arena);
    for (const auto& [at, text] : kept) {
      REQUIRE(std::memcmp(at, text.data(), text.size()) == 0);
    }
    arena = std::move(moved);
    arena.clear();
  }
}

TEST_CASE("a cleared arena gives its first place again") {
  byte_arena arena;
  char* const first = arena.reserve(100);
  arena.keep(100);
  CHECK(arena.reserve(100) == first + 100);
  arena.clear();
  CHECK(arena.reserve(10) == first);
}
