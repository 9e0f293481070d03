/// Waiting for a descriptor with a deadline, and being called away from it by another thread.
///
/// What blocking clients (peer_stream, peer_datagrams) wait with: one that is to end does not wait
/// for a peer that says nothing.
///
/// Ownership:      owns an eventfd.
/// Thread safety:  raise() and raised() on any thread, wait() on those that wait.
/// Errors:         the constructor throws std::system_error when no descriptor is left.
#pragma once

#include <chrono>
#include <cstdint>

#include "logio/net/unique_fd.hpp"

namespace logio::net {

using deadline_time = std::chrono::steady_clock::time_point;

class interruption {
 public:
  enum class waited : std::uint8_t { ready, timed_out, interrupted };

  interruption();

  /// From now on every wait() ends at once.
  void raise() noexcept;
  bool raised() const noexcept;

  /// Readable once it is raised.
  int descriptor() const noexcept { return event_.get(); }

  /// Until one of poll's `events` (or an error) is there. An event that is there is `ready` also
  /// past the deadline.
  waited wait(int fd, short events, deadline_time deadline) const noexcept;

 private:
  unique_fd event_;
};

}  // namespace logio::net
