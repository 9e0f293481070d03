#include "logio/net/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <iterator>
#include <utility>

#include "logio/base/log.hpp"

namespace logio::net {
namespace {

void report(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& e) {
    if (e.code() == asio::error::operation_aborted) return;
    base::log(base::log_level::error, {"net"}, "a task ended by an error: {}", e.what());
  } catch (const std::exception& e) {
    base::log(base::log_level::error, {"net"}, "a task ended by an exception: {}", e.what());
  }
}

}  // namespace

void task_group::spawn(task<> child) {
  if (closed_) return;
  children_.emplace_back();
  const auto self = std::prev(children_.end());
  const auto ended = [this, self](std::exception_ptr thrown) {
    if (thrown) report(thrown);
    children_.erase(self);
    if (children_.empty() && on_empty_) std::exchange(on_empty_, {})();
  };
  asio::co_spawn(executor_, std::move(child), asio::bind_cancellation_slot(self->slot(), ended));
}

void task_group::cancel() noexcept {
  for (auto at = children_.begin(); at != children_.end();) {
    // A child may end, and so leave the list, while it is told.
    (at++)->emit(asio::cancellation_type::terminal);
  }
}

void task_group::when_empty(std::function<void()> done) {
  if (children_.empty()) return done();
  on_empty_ = std::move(done);
}

}  // namespace logio::net
