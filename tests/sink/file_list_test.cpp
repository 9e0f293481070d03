#include "sink/file_list.hpp"

#include <catch2/catch_test_macros.hpp>

#include "packed_files.hpp"
#include "support/temporary_folder.hpp"

namespace logio::sink {
namespace {

using namespace testing;

TEST_CASE("what was written down is there again, also behind a torn end") {
  const temporary_folder folder;
  {
    file_list list("/l/{app}/%d", folder.path());
    CHECK_FALSE(list.load());
    CHECK(list.files().empty());
    CHECK_FALSE(list.open("/l/a b/1", "/l/a b/%d", -5));
    CHECK_FALSE(list.open("/l/c/1", "/l/c/%d", 7));
    CHECK_FALSE(list.open("/l/d/1", "/l/d/%d", 8));
    CHECK_FALSE(list.done("/l/c/1"));
    CHECK_FALSE(list.done("/l/c/2.1"));
    CHECK_FALSE(list.gone("/l/d/1"));
    CHECK_FALSE(list.gone("/l/never"));
  }
  std::ofstream(folder.file("files"), std::ios::app) << "gone /l/c/1";
  for (int start = 0; start < 2; ++start) {
    file_list list("/l/{app}/%d", folder.path());
    CHECK_FALSE(list.load());
    REQUIRE(list.files().size() == 3);
    const listed_file& first = list.files().at("/l/a b/1");
    CHECK(first.family == "/l/a b/%d");
    CHECK(first.hour == -5);
    CHECK_FALSE(first.done);
    CHECK(list.files().at("/l/c/1").done);
    CHECK(list.files().at("/l/c/2.1").done);
  }
  file_list list("/other/%d", folder.path());
  CHECK_FALSE(list.load());
  for (const auto& [path, f] : list.files()) CHECK(f.done);
}

TEST_CASE("it does not grow with what is history, and damaged lines are left out") {
  const temporary_folder folder;
  write_file(folder.file("files"), "open x /f /p\nopen\n\ndone %\nopen 1 %zz /p\nnonsense /p\n");
  file_list list("/l", folder.path());
  CHECK_FALSE(list.load());
  CHECK(list.files().empty());
  for (int i = 0; i < 20'000; ++i) {
    REQUIRE_FALSE(list.open("/l/" + std::to_string(i), "/l", i));
    REQUIRE_FALSE(list.gone("/l/" + std::to_string(i)));
  }
  CHECK(std::filesystem::file_size(folder.file("files")) < 100'000);
  CHECK(base::list_files(folder.path())->size() == 1);
}

TEST_CASE("without a folder it remembers, and writes nothing") {
  file_list list("/l", "");
  CHECK_FALSE(list.load());
  CHECK_FALSE(list.open("/l", "/l", 1));
  CHECK_FALSE(list.done("/l"));
  CHECK(list.files().at("/l").done);
}

TEST_CASE("a folder that is not there is told of, and the list is whole once it is") {
  const temporary_folder folder;
  file_list list("/l", folder.file("later"));
  CHECK(list.load());
  CHECK(list.open("/l/1", "/l", 1));
  std::filesystem::create_directory(folder.file("later"));
  CHECK_FALSE(list.open("/l/2", "/l", 2));
  file_list again("/l", folder.file("later"));
  CHECK_FALSE(again.load());
  CHECK(again.files().size() == 2);
}

}  // namespace
}  // namespace logio::sink
