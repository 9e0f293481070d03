#include "logio/net/worker.hpp"

#include <pthread.h>

namespace logio::net {

// noexcept: an exception that the work lets go ends the process where it was thrown.
static void run_context(asio::io_context& context) noexcept { context.run(); }

void worker::begin() {
  std::call_once(begun_, [this] {
    thread_ = std::thread([this] { run_context(context_); });
    ::pthread_setname_np(thread_.native_handle(), name_.c_str());
  });
}

void worker::join() {
  work_.reset();
  if (thread_.joinable()) thread_.join();
}

}  // namespace logio::net
