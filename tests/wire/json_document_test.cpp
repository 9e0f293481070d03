#include "logio/wire/json_document.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace logio::wire;

namespace {

std::string wrong_document(std::string_view json) {
  json_document page;
  const auto wrong = page.parse(json);
  CHECK(static_cast<bool>(page.root()) == !wrong);
  return wrong.value_or("nothing");
}

}  // namespace

TEST_CASE("a page is walked") {
  json_document page;
  REQUIRE(!page.parse(R"( {"a":[1,{"b":[]},"x"],"n":null,"t":true,"o":{"p":-2.5e1},"a":7} )"));
  const json_value root = page.root();
  CHECK(root.size() == 5);
  std::string keys;
  for (json_value v = root.first(); v; v = v.next()) keys += v.key();
  CHECK(keys == "antoa");
  CHECK(root["a"].size() == 3);
  CHECK(root["a"].first().whole_number() == 1u);
  CHECK(root["a"].first().next()["b"].kind() == json_kind::array);
  CHECK(!root["a"].first().next()["b"].first());
  CHECK(root["a"].first().next().next().text() == "x");
  CHECK(!root["a"].first().next().next().next());
  CHECK(root["n"].kind() == json_kind::null);
  CHECK(root["n"].text().empty());
  CHECK(root["t"].is_true());
  CHECK(root["o"]["p"].number() == -25.0);
  CHECK(!root["o"]["p"].whole_number());
  CHECK(root["no"]["such"]["path"].kind() == json_kind::absent);
  CHECK(!root.next());
}

TEST_CASE("strings are decoded") {
  json_document page;
  REQUIRE(!page.parse(R"({"\u0061":"\"\\\/\n\u00e4\ud83d\ude00\ud800x","z":""})"));
  CHECK(page.root()["a"].text() == "\"\\/\n\xc3\xa4\xf0\x9f\x98\x80\xef\xbf\xbdx");
  CHECK(page.root()["z"].kind() == json_kind::string);
}

TEST_CASE("numbers that the type cannot hold are none") {
  json_document page;
  REQUIRE(!page.parse("[18446744073709551615,18446744073709551616,1e999,0]"));
  json_value v = page.root().first();
  CHECK(v.whole_number() == 18446744073709551615u);
  CHECK(!(v = v.next()).whole_number());
  CHECK(!(v = v.next()).number());
  CHECK((v = v.next()).number() == 0.0);
}

TEST_CASE("what is no JSON says what and where") {
  CHECK(wrong_document("") == "it is cut off at byte 0: expected a value");
  CHECK(wrong_document("<html>") == "expected a value, found '<' at byte 0");
  CHECK(wrong_document("{} x") == "expected nothing more, found 'x' at byte 3");
  CHECK(wrong_document("[1,]") == "expected a value, found ']' at byte 3");
  for (const char* bad : {"{,}", "{\"a\"}", "{\"a\":1,}", "01", "-", "1.", "1e", "tru", "nul1",
                          "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "[1 2]", "{1:2}", "]"}) {
    CAPTURE(bad);
    CHECK(wrong_document(bad) != "nothing");
  }
}

TEST_CASE("a page that is cut at any byte is not taken") {
  const std::string whole = R"({"a":[1.5,"\u00e4"],"b":{"c":false,"d":null}})";
  CHECK(wrong_document(whole) == "nothing");
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    CHECK(wrong_document(whole.substr(0, bytes)) != "nothing");
  }
}

TEST_CASE("nesting has a bound") {
  CHECK(wrong_document(std::string(64, '[') + std::string(64, ']')) == "nothing");
  CHECK(wrong_document(std::string(65, '[') + std::string(65, ']')) ==
        "expected at most 64 levels, found '[' at byte 64");
}

TEST_CASE("the number of values has a bound") {
  std::string many = "[";
  for (std::size_t i = 1; i < json_document::values_max; ++i) many += "0,";
  many.back() = ']';
  CHECK(wrong_document(many) == "nothing");
  many.back() = ',';
  CHECK(wrong_document(many + "0]") ==
        "expected at most 4000000 values, found '0' at byte 7999999");
}
