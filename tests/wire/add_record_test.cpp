#include "wire/add_record.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logio;
using namespace logio::wire;

namespace {

constexpr record_limits limits{256, 4096};

added add(std::string_view text, std::string fields, record::batch_builder& out) {
  return add_record({}, {text, text.size()}, fields, limits, out);
}

}  // namespace

TEST_CASE("a record is added with its fields, an inner newline is flagged") {
  record::batch_builder batch(4096);
  CHECK(add("a\nb", "\x80", batch).what == added::outcome::added);
  const record::view r = *batch.view().begin();
  CHECK(r.text() == "a\nb");
  CHECK(r.fields() == "\x80");
  CHECK(r.has(record::inner_newline));
}

TEST_CASE("a text over its limit is cut with a note and a field") {
  record::batch_builder batch(4096);
  const added did = add(std::string(300, 'x'), "", batch);
  CHECK(did.what == added::outcome::added);
  CHECK(did.cut);
  const record::view r = *batch.view().begin();
  CHECK(r.text() == std::string(222, 'x') + " [cut: 78 bytes]");
  CHECK(r.fields() == "\x81\xa9" "cut_bytes\x4e");
}

TEST_CASE("what does not fit leaves the batch as it was") {
  record::batch_builder batch(4096);
  CHECK(add("x", std::string(4096, 'f'), batch).what == added::outcome::too_long);
  CHECK(batch.empty());
  REQUIRE(add("x", std::string(4000, 'f'), batch).what == added::outcome::added);
  CHECK(add("x", std::string(100, 'f'), batch).what == added::outcome::batch_full);
  CHECK(batch.count() == 1);
  CHECK(too_long_message(5000, limits) ==
        "the record takes 5000 bytes; the hub's ring has room for 4096");
}
