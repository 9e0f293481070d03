#include "input/heard_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <string>

#include "logio/base/clock.hpp"
#include "logio/base/posix_file.hpp"
#include "support/temporary_folder.hpp"

namespace logio::input {
namespace {

TEST_CASE("until when events were heard is there again, and without a folder nowhere") {
  const temporary_folder folder;
  heard_file first(folder.path());
  CHECK(first.load() == 0);
  first.save(1'700'000'000'000'000'000);
  CHECK(heard_file(folder.path()).load() == 1'700'000'000'000'000'000);
  heard_file none{std::string()};
  none.save(1);
  CHECK(none.load() == 0);
}

TEST_CASE("what is damaged, or of a time to come, is as if it were not there") {
  const temporary_folder folder;
  const auto after = [&](const std::string& text) {
    REQUIRE_FALSE(base::replace_text_file(folder.path(), "marathon", text));
    return heard_file(folder.path()).load();
  };
  CHECK(after("12\n") == 12);
  for (const std::string& text :
       {std::string(), std::string("x\n"), std::string("12x\n"), std::string("12"),
        std::string("-3\n"), std::string("0\n"), std::string(60, '9') + "\n",
        std::to_string(std::numeric_limits<std::int64_t>::max()) + "\n"}) {
    INFO(text);
    CHECK(after(text) == 0);
  }
  REQUIRE_FALSE(base::remove_file(folder.path() + "/marathon"));
  REQUIRE_FALSE(base::make_directory(folder.path() + "/marathon"));
  heard_file blocked(folder.path());
  CHECK(blocked.load() == 0);
  blocked.save(1);
}

}  // namespace
}  // namespace logio::input
