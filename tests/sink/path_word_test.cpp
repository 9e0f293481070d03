#include "sink/path_word.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::sink {
namespace {

TEST_CASE("every path is one word and comes back") {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  for (const std::string& path : {std::string("/var/log/l"), std::string("/a b\n%41"), all}) {
    const std::string word = path_word(path);
    CHECK(word.find_first_of(" \n\t") == std::string::npos);
    CHECK(word_path(word) == path);
  }
  CHECK(path_word("/var/log/{app}-\xd0\xb0") == "/var/log/{app}-\xd0\xb0");
}

TEST_CASE("what is no word is none") {
  for (const std::string_view bad : {"", "%", "%4", "a%zz", "%4z"}) {
    CAPTURE(bad);
    CHECK_FALSE(word_path(bad).has_value());
  }
}

TEST_CASE("a line is its words") {
  CHECK(words_of("open 4 a") == std::vector<std::string_view>{"open", "4", "a"});
  CHECK(words_of("").size() == 1);
  CHECK(words_of("a ") == std::vector<std::string_view>{"a", ""});
}

}  // namespace
}  // namespace logio::sink
