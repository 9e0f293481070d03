#include "logio/net/io_threads.hpp"

#include <fmt/core.h>
#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <optional>
#include <thread>

namespace logio::net {

struct io_threads::lane {
  asio::io_context context{1};
  std::optional<asio::executor_work_guard<executor>> work{context.get_executor()};
  std::thread thread;
};

io_threads::io_threads(unsigned count) {
  for (unsigned i = 0; i < count; ++i) lanes_.push_back(std::make_unique<lane>());
}

io_threads::~io_threads() { stop(); }

asio::io_context& io_threads::context(unsigned i) noexcept { return lanes_[i]->context; }

// noexcept: an exception that a handler lets go ends the process where it was thrown.
static void run(asio::io_context& context) noexcept { context.run(); }

void io_threads::start() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lane& l = *lanes_[i];
    l.thread = std::thread([&l] { run(l.context); });
    ::pthread_setname_np(l.thread.native_handle(), fmt::format("io-{}", i).c_str());
  }
}

void io_threads::join() {
  for (auto& l : lanes_) l->work.reset();
  for (auto& l : lanes_) {
    if (l->thread.joinable()) l->thread.join();
  }
}

void io_threads::stop() {
  for (auto& l : lanes_) l->context.stop();
  join();
  // Operations that were cancelled have handlers waiting, and those hold what they are about. They
  // run here, while everything that they know is still there.
  constexpr int handlers_max = 1'000'000;
  for (auto& l : lanes_) {
    l->context.restart();
    for (int i = 0; i < handlers_max && l->context.poll_one() != 0; ++i) {
    }
  }
}

}  // namespace logio::net
