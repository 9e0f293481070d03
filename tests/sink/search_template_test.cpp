#include "sink/search_template.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace logio::sink;

namespace {

std::string wrong(std::string_view index, bool data_stream = false) {
  return check_index_name(index, data_stream).value_or("");
}

}  // namespace

TEST_CASE("names that the peer would refuse are told at the start") {
  for (const char* legal : {"logs", "logs-%Y.%m.%d", "logs-%Y.%m.%d-%H", ".hidden", "a_b+c"}) {
    CAPTURE(legal);
    CHECK(wrong(legal).empty());
  }
  CHECK(wrong("").starts_with("no index is named: "));
  CHECK(wrong("logs-%y") == "index: '%y' at byte 5 of 'logs-%y' is none of %Y %m %d %H %%");
  CHECK(wrong("Logs").ends_with("has a capital letter: only small ones are allowed"));
  for (const char* illegal : {"-a", "_a", "+a", ".", ".."}) {
    CAPTURE(illegal);
    CHECK(wrong(illegal).find("may be neither") != std::string::npos);
  }
  for (const char* illegal : {"a/b", "a b", "a*", "a,b", "a#", "a:b", "a\"b", "a\n"}) {
    CAPTURE(illegal);
    CHECK(wrong(illegal).find("a character that is not allowed") != std::string::npos);
  }
  CHECK_FALSE(wrong(std::string(256, 'a')).empty());
  CHECK(wrong("logs-app-default", true).empty());
  CHECK(wrong("logs-%Y", true).starts_with("data stream 'logs-%Y' has a time in its name"));
}

TEST_CASE("a template is for the indices of every time, and no others") {
  const search_template dated = make_search_template("logs-%Y.%m.%d", false);
  CHECK(dated.name == "logio-logs-yyyy.mm.dd");
  CHECK(dated.pattern == "logs-*.*.*");
  CHECK(dated.body.starts_with(R"({"index_patterns":["logs-*.*.*"],"priority":200,)"));
  CHECK(dated.body.find("data_stream") == std::string::npos);
  CHECK(make_search_template("l%Y%m%d%H", false).pattern == "l*");
  CHECK(make_search_template("l%Y%m%d%H", false).name == "logio-lyyyymmddhh");
  const search_template stream = make_search_template("logs-app", true);
  CHECK(stream.name == "logio-logs-app");
  CHECK(stream.body.starts_with(
      R"({"index_patterns":["logs-app"],"data_stream":{},"priority":200,"template":{)"));
}

TEST_CASE("a path's part is percent-encoded") {
  CHECK(percent_encoded("logio-a.b_c~9") == "logio-a.b_c~9");
  CHECK(percent_encoded("a%+\xc3\xa4/") == "a%25%2B%C3%A4%2F");
}
