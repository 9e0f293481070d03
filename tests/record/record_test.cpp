#include "logio/record/record.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstring>

using namespace logio::record;

TEST_CASE("a record takes its head, text and fields, rounded up to eight") {
  CHECK(stored_bytes(0, 0) == 24);
  CHECK(stored_bytes(1, 0) == 32);
  CHECK(stored_bytes(8, 0) == 32);
  CHECK(stored_bytes(5, 4) == 40);
}

TEST_CASE("a view reads the head, the text and the fields behind it") {
  alignas(8) std::byte bytes[stored_bytes(4, 3)] = {};
  const head h{.time_ns = -7, .text_bytes = 4, .fields_bytes = 3, .severity = 9,
               .flags = inner_newline | arrival_time};
  std::memcpy(bytes, &h, sizeof h);
  std::memcpy(bytes + sizeof h, "textABC", 7);
  const view r(bytes);
  CHECK(r.time_ns() == -7);
  CHECK(r.severity() == 9);
  CHECK(r.has(inner_newline));
  CHECK_FALSE(r.has(cut_text));
  CHECK(r.has(arrival_time));
  CHECK(r.text() == "text");
  CHECK(r.fields() == "ABC");
  CHECK(r.stored() == sizeof bytes);
}

TEST_CASE("a batch without records has none to walk") {
  const batch_view none(nullptr, 0);
  CHECK(none.begin() == none.end());
}
