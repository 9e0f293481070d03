#include "wire/fields_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "encoding.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

struct seen {
  std::string name, bytes;
  field_kind what;
  bool operator==(const seen&) const = default;
};

bool walk(std::string_view fields, std::vector<seen>& out) {
  return for_each_field(
      fields, [&](std::string_view name, const field_item& value, std::string_view bytes) {
        out.push_back({std::string(name), std::string(bytes), value.what});
      });
}

}  // namespace

TEST_CASE("fields are walked one by one, nested ones whole") {
  std::vector<seen> out;
  REQUIRE(walk(packed(R"({"n":1,"a":[1,{"b":"c"}],"t":"x","z":null})"), out));
  REQUIRE(out.size() == 4);
  CHECK(out[0] == seen{"n", "\x01", field_kind::natural});
  CHECK(out[1] == seen{"a",
                       "\x92\x01\x81\xa1"
                       "b\xa1"
                       "c",
                       field_kind::array});
  CHECK(out[2] == seen{"t", "\xa1x", field_kind::text});
  CHECK(out[3] == seen{"z", "\xc0", field_kind::nil});
}

TEST_CASE("a name that is no string is its JSON text") {
  std::vector<seen> out;
  REQUIRE(walk("\x83\x07\x01\xc3\x02\x91\x05\x03", out));
  REQUIRE(out.size() == 3);
  CHECK(out[0].name == "7");
  CHECK(out[1].name == "true");
  CHECK(out[2].name == "null");
}

TEST_CASE("fields that end early, go on behind their end or are no map are told apart") {
  const std::string whole = packed(R"({"n":1.5,"a":[1,{"b":"c"}],"t":"long enough"})");
  std::vector<seen> out;
  CHECK(walk(whole, out));
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    CHECK_FALSE(walk(std::string_view(whole).substr(0, bytes), out));
  }
  CHECK_FALSE(walk(whole + "\x01", out));
  CHECK_FALSE(walk("\x01", out));
  CHECK_FALSE(walk("\xdf\xff\xff\xff\xff", out));
}
