#include "logio/net/unique_fd.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>

namespace logio::net {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
unique_fd some_fd() { return unique_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

TEST_CASE("a descriptor is closed with its owner") {
  int fd = -1;
  {
    const unique_fd owner = some_fd();
    REQUIRE(owner);
    fd = owner.get();
    CHECK(is_open(fd));
  }
  CHECK_FALSE(is_open(fd));
  CHECK_FALSE(unique_fd());
}

TEST_CASE("a descriptor has one owner at a time") {
  unique_fd a = some_fd();
  const int fd = a.get();
  unique_fd b(std::move(a));
  CHECK(b.get() == fd);
  CHECK(a.get() == -1);
  a = std::move(b);
  CHECK(a.get() == fd);
  CHECK(a.release() == fd);
  CHECK_FALSE(a);
  CHECK(is_open(fd));
  a = unique_fd(fd);
  a.reset();
  a.reset();
  CHECK_FALSE(is_open(fd));
}

}  // namespace
}  // namespace logio::net
