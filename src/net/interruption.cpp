#include "logio/net/interruption.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

namespace logio::net {
namespace {

int milliseconds_until(deadline_time deadline) noexcept {
  // Rounded up: a wait must not spin through its last millisecond.
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(
      std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
}

}  // namespace

interruption::interruption() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw std::system_error(errno, std::system_category(), "eventfd");
}

void interruption::raise() noexcept {
  // Fails only when it is full, and then it is raised.
  [[maybe_unused]] const int written = ::eventfd_write(event_.get(), 1);
}

bool interruption::raised() const noexcept {
  pollfd event{event_.get(), POLLIN, 0};
  return ::poll(&event, 1, 0) > 0;
}

interruption::waited interruption::wait(int fd, short events,
                                        deadline_time deadline) const noexcept {
  pollfd wanted[] = {{event_.get(), POLLIN, 0}, {fd, events, 0}};
  for (;;) {
    const int ready = ::poll(wanted, 2, milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (wanted[0].revents != 0) return waited::interrupted;
    return ready > 0 ? waited::ready : waited::timed_out;
  }
}

}  // namespace logio::net
