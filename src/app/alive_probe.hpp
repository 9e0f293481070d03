/// Asks every I/O thread whether it still takes work, and waits for all the answers.
///
///     main thread ─► io-0 … io-N, one handler each ─► the last that answers ─► main thread
///
/// A thread that hangs in a handler answers nothing, and neither does the probe. The other threads
/// of the process only follow these, and one that ended by an exception has ended the process.
///
/// Ownership:      borrows the threads' contexts, which must outlive it.
/// Thread safety:  the main thread; a probe may be under way while it is destroyed only if the
///                 contexts do not run any more.
/// Limits:         one probe at a time, one handler a thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "logio/net/executor.hpp"

namespace logio::app {

class alive_probe {
 public:
  /// `main` is whom the answer is given.
  alive_probe(net::executor main, std::vector<net::executor> threads)
      : main_(main), threads_(std::move(threads)) {}
  alive_probe(const alive_probe&) = delete;

  /// Calls `all_answered` on the main thread once every thread has answered.
  /// REQUIRES: !is_under_way().
  void ask(std::function<void()> all_answered);

  bool is_under_way() const noexcept { return under_way_ != nullptr; }
  /// The first thread that has not answered yet. REQUIRES: is_under_way().
  std::size_t first_silent() const;

 private:
  struct question;

  net::executor main_;
  std::vector<net::executor> threads_;
  std::shared_ptr<question> under_way_;
};

}  // namespace logio::app
