/// SIGTERM where nobody handles it: what the publishers have is sent first, and then the process
/// ends of the signal, as it would have done.
///
/// A thread of its own waits for the signal, because a handler may interrupt whoever holds a
/// publisher's lock. An application's own handler is never replaced; one that it installs later
/// takes the signal away from here, and if it calls this one as well, nothing happens here.
/// A second SIGTERM ends the process at once. A child of a fork ends at once until it publishes.
///
/// Thread safety:  watch_sigterm() from any thread; not from a signal handler.
/// Errors:         none: without a thread or a descriptor for it SIGTERM stays as it was.
#pragma once

#include <chrono>

namespace logio::client {

/// How long the process is kept from ending.
inline constexpr std::chrono::seconds sigterm_timeout{5};

void watch_sigterm() noexcept;

}  // namespace logio::client
