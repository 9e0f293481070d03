#include "service_environment.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "logio/base/log.hpp"
#include "logio/config/environment.hpp"

namespace logio::app {

service_environment take_service_environment() {
  const config::environment env = config::environment::of_process();
  const auto take = [&env](const char* name) {
    ::unsetenv(name);
    return env.get(name).value_or("");
  };
  const std::string own_pid = fmt::format("{}", ::getpid());
  service_environment out;
  out.notify_socket = take("NOTIFY_SOCKET");
  const std::string interval = take("WATCHDOG_USEC"), watched = take("WATCHDOG_PID");
  if (!interval.empty() && (watched.empty() || watched == own_pid)) {
    // An hour at most: a watchdog with a longer one is as good as none.
    constexpr std::uint64_t most_us = 3'600'000'000;
    std::uint64_t us = 0;
    const char* const end = interval.data() + interval.size();
    const auto [rest, error] = std::from_chars(interval.data(), end, us);
    if (error == std::errc{} && rest == end && us != 0) {
      out.watchdog = std::chrono::microseconds(std::min(us, most_us));
    } else {
      base::log(base::log_level::warn, {"service"},
                "WATCHDOG_USEC is '{}', which is no number of microseconds: no watchdog", interval);
    }
  }
  const std::string listen_pid = take("LISTEN_PID");
  out.listen_fds = take("LISTEN_FDS");
  out.listen_fd_names = take("LISTEN_FDNAMES");
  if (listen_pid != own_pid) out.listen_fds.clear();  // they are another process's
  return out;
}

}  // namespace logio::app
