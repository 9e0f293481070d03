#include "logio/base/posix_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/temporary_folder.hpp"

namespace logio::base {
namespace {

TEST_CASE("a file is made once, locked once, written and read where it is asked for") {
  const temporary_folder folder;
  auto file = posix_file::open(folder.file("f"), posix_file::mode::write_new);
  REQUIRE(file.has_value());
  CHECK_FALSE(posix_file::open(folder.file("f"), posix_file::mode::write_new).has_value());
  CHECK_FALSE(file->lock());
  auto other = posix_file::open(folder.file("f"), posix_file::mode::write_old);
  CHECK(other->lock() == boost::system::errc::operation_would_block);
  error_code why;
  const std::vector<std::byte> bytes(10, std::byte{'x'});
  CHECK(file->write_at(5, bytes, why) == 10);
  CHECK_FALSE(why);
  CHECK(*file->size() == 15);
  std::vector<std::byte> into(20);
  CHECK(*file->read_at(10, into) == 5);
  CHECK_FALSE(file->truncate(3));
  CHECK(*file->size() == 3);
}

TEST_CASE("a small file is replaced as a whole") {
  const temporary_folder folder;
  REQUIRE_FALSE(replace_text_file(folder.path(), "epochs", "one\n"));
  REQUIRE_FALSE(replace_text_file(folder.path(), "epochs", "two, which is longer\n"));
  REQUIRE_FALSE(replace_text_file(folder.path(), "epochs", "3\n"));
  CHECK(*read_text_file(folder.file("epochs"), 100) == "3\n");
  const auto files = list_files(folder.path());
  REQUIRE(files.has_value());
  CHECK(files->size() == 1);
}

TEST_CASE("a file is known again by its facts until it is written to") {
  const temporary_folder folder;
  auto file = posix_file::open(folder.file("f"), posix_file::mode::write_new);
  REQUIRE(file.has_value());
  CHECK_FALSE(file->set_permissions(0604));
  const auto before = file->facts();
  REQUIRE(before.has_value());
  CHECK(before->regular);
  CHECK(before->permissions == 0604);
  CHECK(*facts_of(folder.file("f")) == *before);
  error_code why;
  CHECK(file->write_at(0, std::vector<std::byte>(10), why) == 10);
  CHECK(*file->facts() != *before);
  CHECK(file->facts()->bytes == 10);
  CHECK_FALSE(facts_of(folder.path())->regular);
  CHECK_FALSE(facts_of(folder.file("none")).has_value());
}

TEST_CASE("what the kernel refuses is said") {
  const auto none = posix_file::open("/nonexistent/file", posix_file::mode::read);
  REQUIRE_FALSE(none.has_value());
  CHECK(is_absence(none.error()));
  CHECK(is_kernels(none.error()));
  CHECK_FALSE(list_files("/nonexistent").has_value());
  CHECK(make_directory("/nonexistent/folder"));
  auto full = posix_file::open("/dev/full", posix_file::mode::write_old);
  REQUIRE(full.has_value());
  error_code why;
  CHECK(full->write_at(0, std::vector<std::byte>(10), why) == 0);
  CHECK(why == boost::system::errc::no_space_on_device);
}

}  // namespace
}  // namespace logio::base
