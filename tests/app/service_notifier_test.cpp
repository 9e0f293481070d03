#include "app/service_notifier.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/core.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace logio::app {
namespace {

/// The manager's end.
class manager_socket {
 public:
  explicit manager_socket(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    REQUIRE(fd_);
    REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) == 0);
  }

  /// The oldest message; empty: there is none.
  std::string next() const {
    std::array<char, 4096> text{};
    const ssize_t n = ::recv(fd_.get(), text.data(), text.size(), MSG_DONTWAIT);
    return n < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(n));
  }

 private:
  net::unique_fd fd_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST_CASE("what is said comes to a path and to a name behind @, each as one message") {
  std::string folder =
      (std::filesystem::temp_directory_path() / "logio-notifier-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  for (const std::string& name :
       {folder + "/notify", fmt::format("@logio-notifier-test-{}", ::getpid())}) {
    const manager_socket manager(name);
    service_notifier to(name);
    CHECK(to.is_on());
    to.certainly("READY=1\nSTATUS=well");
    to.now("WATCHDOG=1");
    CHECK(manager.next() == "READY=1\nSTATUS=well");
    CHECK(manager.next() == "WATCHDOG=1");
    CHECK(manager.next().empty());
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("a manager that takes nothing holds nobody up") {
  const std::string name = fmt::format("@logio-notifier-full-{}", ::getpid());
  const manager_socket manager(name);
  service_notifier to(name);
  for (int i = 0; i < 10'000; ++i) to.now("WATCHDOG=1");  // far more than a socket's queue holds
  CHECK(manager.next() == "WATCHDOG=1");
}

TEST_CASE("where there is nobody, or no such place, nothing happens") {
  CHECK_FALSE(service_notifier("").is_on());
  CHECK_FALSE(service_notifier("relative").is_on());
  CHECK_FALSE(service_notifier("/" + std::string(107, 'x')).is_on());
  service_notifier to("/nowhere/notify");
  to.certainly("READY=1");
  to.now("WATCHDOG=1");
}

}  // namespace
}  // namespace logio::app
