#include "app/answer_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace logio::app {
namespace {

using errors = std::vector<std::string>;

TEST_CASE("greeting, acknowledgements and errors are told apart, wherever the bytes are split") {
  constexpr std::string_view bytes =
      "{\"logio\":1,\"epoch\":\"e1\",\"ack\":0}\n{\"ack\":7}\n"
      "{\"error\":{\"code\":\"bad_record\"}}\n{\"ack\":9}\n";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    answer_reader reader;
    errors got = reader.feed(bytes.substr(0, cut));
    for (std::string& e : reader.feed(bytes.substr(cut))) got.push_back(std::move(e));
    CHECK(got == errors{R"({"error":{"code":"bad_record"}})"});
    CHECK(reader.greeted());
    CHECK(reader.acknowledged() == 9);
  }
}

TEST_CASE("an acknowledgement never goes back, and alone is no greeting") {
  answer_reader reader;
  CHECK(reader.feed("{\"ack\":7}\n{\"ack\":3}\n{\"unknown\":1}\n\n").empty());
  CHECK(reader.acknowledged() == 7);
  CHECK_FALSE(reader.greeted());
}

TEST_CASE("a line that never ends takes no more memory, and the next one is read") {
  answer_reader reader;
  for (int i = 0; i < 100; ++i) CHECK(reader.feed(std::string(10'000, 'x')).empty());
  CHECK(reader.feed("\n{\"ack\":5}\n").empty());
  CHECK(reader.acknowledged() == 5);
}

}  // namespace
}  // namespace logio::app
