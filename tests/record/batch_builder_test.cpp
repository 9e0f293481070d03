#include "logio/record/batch_builder.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace logio::record;

TEST_CASE("what is appended is walked in order, in place, each record at a multiple of eight") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  batch_builder batch(4096);
  struct expected {
    head h;
    std::string text, fields;
  };
  std::vector<expected> all;
  std::size_t text_bytes = 0;
  for (int i = 0; i < 500; ++i) {
    expected e{{.time_ns = static_cast<std::int64_t>(random()) - 5,
                .severity = static_cast<severity_number>(random() % 25),
                .flags = static_cast<std::uint8_t>(random() % 8)},
               std::string(random() % 200, static_cast<char>('a' + i % 26)),
               std::string(random() % 3 == 0 ? random() % 50 : 0, 'f')};
    batch.append(e.h, e.text, e.fields);
    text_bytes += e.text.size();
    all.push_back(std::move(e));
  }
  CHECK(batch.count() == all.size());
  CHECK(batch.text_bytes() == text_bytes);
  std::size_t i = 0, bytes = 0;
  for (const view r : batch.view()) {
    REQUIRE(reinterpret_cast<std::uintptr_t>(r.data()) % 8 == 0);
    REQUIRE(r.text() == all[i].text);
    REQUIRE(r.fields() == all[i].fields);
    REQUIRE(r.time_ns() == all[i].h.time_ns);
    REQUIRE(r.severity() == all[i].h.severity);
    REQUIRE(r.has(cut_text) == ((all[i].h.flags & cut_text) != 0));
    bytes += r.stored();
    ++i;
  }
  CHECK(i == all.size());
  CHECK(bytes == batch.bytes());
}

TEST_CASE("behind a record is zero up to the next, whatever lay there before") {
  batch_builder batch(4096);
  for (std::size_t bytes = 0; bytes < 40; ++bytes) {
    batch.append({}, std::string(2000, '\xff'));
    batch.clear();
    batch.append({}, std::string(bytes, 'x'), std::string(bytes % 3, 'f'));
    const view r = *batch.view().begin();
    const auto* const at = reinterpret_cast<const char*>(r.data());
    const std::size_t used = sizeof(head) + bytes + bytes % 3;
    CHECK(std::all_of(at + used, at + r.stored(), [](char c) { return c == 0; }));
    CHECK(r.text() == std::string(bytes, 'x'));
  }
}

TEST_CASE("what a batch is told of its copy's place changes nothing in it or there") {
  const std::size_t batch_bytes_max = 4096;
  const std::vector<std::byte> place(100, std::byte{7});  // ends before the batch does
  batch_builder told(batch_bytes_max), untold(batch_bytes_max);
  told.expect_copy_to(place.data());
  for (const std::size_t bytes : {0u, 1u, 150u, 3000u, 100'000u}) {
    const std::string text(bytes, 'x');
    told.append({}, text);
    untold.append({}, text);
  }
  REQUIRE(told.bytes() == untold.bytes());
  const auto same_text = [](const view& a, const view& b) { return a.text() == b.text(); };
  const batch_view one = told.view(), other = untold.view();
  CHECK(std::equal(one.begin(), one.end(), other.begin(), same_text));
  CHECK(std::count(place.begin(), place.end(), std::byte{7}) == 100);
  told.expect_copy_to(nullptr);
  told.append({}, "y");
  CHECK(told.count() == untold.count() + 1);
}

TEST_CASE("a batch ends by its bytes, by its number of tiny records, never before the first") {
  batch_builder batch(std::size_t{1} << 20);
  CHECK(batch.takes(std::size_t{2} << 20, 0));
  CHECK_FALSE(batch.full());
  while (batch.takes(1, 0)) batch.append({}, "x");
  CHECK(batch.count() == batch_builder::records_max);
  CHECK(batch.full());
  batch.clear();
  CHECK_FALSE(batch.full());
  const std::string long_text(100'000, 'x');
  while (batch.takes(long_text.size(), 0)) batch.append({}, long_text);
  CHECK(batch.count() == 10);
  CHECK(batch.takes(1, 0));
}

TEST_CASE("a record that was begun and not committed leaves no trace") {
  batch_builder batch(4096);
  batch.append({}, "one");
  const std::size_t bytes = batch.bytes();
  char* const at = batch.begin(100);
  std::fill_n(at, 100, 'x');
  CHECK(batch.bytes() == bytes);
  CHECK(batch.count() == 1);
  batch.append({}, "two");
  std::vector<std::string> texts;
  for (const view r : batch.view()) texts.emplace_back(r.text());
  CHECK(texts == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a batch takes a record that fits, and a larger one only alone") {
  batch_builder batch(4096);
  CHECK(batch.takes(1 << 20, 0));
  batch.append({}, std::string(4096 - 2 * sizeof(head) - 16, 'x'));
  CHECK_FALSE(batch.full());
  CHECK(batch.takes(16, 0));
  CHECK(batch.takes(8, 8));
  CHECK_FALSE(batch.takes(17, 0));
  batch.append({}, std::string(16, 'y'));
  CHECK(batch.full());
  CHECK_FALSE(batch.takes(0, 0));
}

TEST_CASE("clear empties the batch and gives back the memory of a huge record") {
  batch_builder batch(4096);
  batch.append({}, std::string(1 << 20, 'x'));
  batch.clear();
  CHECK(batch.empty());
  CHECK(batch.bytes() == 0);
  CHECK(batch.data() == nullptr);
  batch.append({}, "again");
  CHECK((*batch.view().begin()).text() == "again");
}
