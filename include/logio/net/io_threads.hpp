/// The I/O threads: each runs one io_context and shares nothing with the others.
///
/// Ownership:      owns threads and contexts; what lives on a context must be gone before this is.
/// Thread safety:  context() from any thread, start() and join() from the owner's.
/// Errors:         start() throws std::system_error when the system gives no thread. An exception
///                 that leaves a handler is a broken invariant and ends the process.
#pragma once

#include <memory>
#include <vector>

#include "logio/net/executor.hpp"

namespace logio::net {

class io_threads {
 public:
  /// REQUIRES: count > 0.
  explicit io_threads(unsigned count);
  io_threads(const io_threads&) = delete;
  ~io_threads();

  unsigned size() const noexcept { return static_cast<unsigned>(lanes_.size()); }
  asio::io_context& context(unsigned i) noexcept;

  /// Each context runs in a thread `io-<i>` until join().
  void start();

  /// Lets the contexts run out of work, waits for the threads. Timers and sockets that are still
  /// open count as work: close them first, or call stop().
  void join();

  /// Ends the threads after the handlers that run now; then runs, on the caller's thread, what is
  /// ready: handlers of cancelled operations. REQUIRES: what they use is still there.
  void stop();

 private:
  struct lane;

  std::vector<std::unique_ptr<lane>> lanes_;
};

}  // namespace logio::net
