#include "app/top_print.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "logio/wire/json_document.hpp"

using namespace logio::app;

TEST_CASE("the object has the pages as they were, and the rates") {
  top_snapshot s;
  REQUIRE(!read_page(s, 0, "{\"epoch\":\"e\",\"x\":{\"}\":1}}\n", true));
  REQUIRE(!read_page(s, 1, R"({"topics":[{"app":"a\"b","proc":"p","host":"h"}]})", true));
  REQUIRE(!read_page(s, 2, R"({"subscribers":[{"id":1},{"id":2}]})", true));
  REQUIRE(!read_page(s, 3, R"({"sinks":[{"name":"n"}]})", true));
  REQUIRE(!read_page(s, 4, R"({"state":"off"})", true));
  logio::wire::json_document json;
  REQUIRE(!json.parse(print_json(s)));
  const auto root = json.root();
  CHECK(root["status"]["x"]["}"].whole_number() == 1u);
  CHECK(root["topics"].first()["app"].text() == "a\"b");
  CHECK(root["subscribers"].size() == 2);
  CHECK(root["marathon"]["state"].text() == "off");
  CHECK(root["rates"]["topics"].first()["app"].text() == "a\"b");
  CHECK(root["rates"]["subscribers"].first().next()["id"].whole_number() == 2u);
  CHECK(root["rates"]["sinks"].first()["records_per_second"].kind() ==
        logio::wire::json_kind::null);
}
