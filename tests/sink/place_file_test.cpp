#include "logio/sink/place_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace logio::sink {
namespace {

TEST_CASE("a place is found again; a new sink and a lost place are told apart") {
  const temporary_folder folder;
  const std::string parent = folder.file("sinks");
  auto first = open_place(parent, "kafka");
  REQUIRE(first.has_value());
  CHECK_FALSE(first->known);
  const auto again = open_place(parent, "kafka");
  CHECK(again->known);
  CHECK_FALSE(again->place);
  REQUIRE_FALSE(save_place(parent + "/kafka", {0xabcdef, 42}));
  CHECK(open_place(parent, "kafka")->place == log_place{0xabcdef, 42});
  CHECK_FALSE(open_place(parent, "other")->known);
}

TEST_CASE("what is no place is a lost one") {
  const temporary_folder folder;
  REQUIRE(open_place(folder.path(), "s").has_value());
  for (const char* text : {"", "\n", "00000000000000ab-12", "ab-12\n", "00000000000000ab-\n",
                           "00000000000000ab-12x\n", "zzzzzzzzzzzzzzzz-12\n"}) {
    std::ofstream(folder.file("s/place")) << text;
    const auto opened = open_place(folder.path(), "s");
    CHECK(opened->known);
    CHECK_FALSE(opened->place);
  }
}

TEST_CASE("a folder that cannot be made is said") {
  CHECK_FALSE(open_place("/proc/none", "x").has_value());
}

}  // namespace
}  // namespace logio::sink
