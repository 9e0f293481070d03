#include "logio/wire/publish_error.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace logio::wire;

TEST_CASE("every error has the code that publishers are told") {
  std::set<std::string_view> codes;
  for (std::size_t i = 1; i < publish_error_count; ++i) {
    codes.insert(code(static_cast<publish_error>(i)));
  }
  CHECK(codes == std::set<std::string_view>{
                     "bad_json", "bad_topic", "bad_time", "bad_record", "too_long",
                     "too_many_topics", "too_many_connections", "first_byte_timeout",
                     "shutting_down"});
}
