/// The publishers of this process, each of which becomes a new one in the child of a fork, and all
/// of which are closed by a SIGTERM that nobody else takes.
///
/// Neither a thread nor the lock that it holds at that moment exists in the child, so a child
/// touches nothing of the parent's publishers but the numbers of their descriptors.
///
/// Thread safety:  all of it. fork() waits while an object is made or destroyed.
#pragma once

#include <chrono>

namespace logio::client {

class publisher;

class fork_guard {
 public:
  static void enter(publisher& one);
  static void leave(publisher& one) noexcept;
  /// Of those with options.sends_on_sigterm each sends what it has, until `deadline`.
  static void close_all(std::chrono::steady_clock::time_point deadline);

 private:
  static void renew_all();
};

}  // namespace logio::client
