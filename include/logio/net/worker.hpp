/// One thread for work that must not hold up an I/O thread.
///
/// The thread begins with the first work: a process that never has any has no such thread.
///
/// Ownership:      owns its thread and what waits for it; join() before what the work uses goes.
/// Thread safety:  run() from any thread, join() from the owner's.
/// Errors:         run() throws std::system_error when the system gives no thread. An exception
///                 that leaves the work ends the process.
/// Limits:         none: who calls run() waits for it, so each waiting piece is one caller's.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "logio/net/executor.hpp"

namespace logio::net {

class worker {
 public:
  /// `name` is what the system calls the thread; at most 15 bytes.
  explicit worker(std::string name) : name_(std::move(name)) {}
  worker(const worker&) = delete;
  ~worker() { join(); }

  /// To be awaited: completes on `back` when `work` has run. It is not cancelled, so what `work`
  /// refers to has to stay until then, which a coroutine that awaits it sees to.
  template <class Work>
  auto run(const executor& back, Work work) {
    return asio::async_initiate<const asio::use_awaitable_t<executor>&, void()>(
        [this, back](auto handler, Work what) {
          begin();
          auto then = [back, handler = std::move(handler), what = std::move(what)]() mutable {
            what();
            asio::post(back, std::move(handler));
          };
          asio::post(context_, std::move(then));
        },
        use_task, std::move(work));
  }

  /// Runs what waits, ends the thread. Nothing may be given to it any more.
  void join();

 private:
  void begin();

  const std::string name_;
  asio::io_context context_{1};
  std::optional<asio::executor_work_guard<executor>> work_{context_.get_executor()};
  std::once_flag begun_;
  std::thread thread_;
};

}  // namespace logio::net
