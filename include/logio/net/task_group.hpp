/// Owner of coroutines: nobody is spawned past it, nobody outlives it unseen.
///
///     spawn() … ─► close(): nothing new ─► when_empty(): the old ones end by themselves
///                                       └► cancel(): they are told to
///
/// Ownership:      owns its children's cancellation; must outlive them (checked).
/// Thread safety:  belongs to one executor's thread.
/// Errors:         what a child throws is logged; a cancelled child ends silently.
#pragma once

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <functional>
#include <list>

#include "logio/net/executor.hpp"

namespace logio::net {

class task_group {
 public:
  explicit task_group(const executor& ex) : executor_(ex) {}
  task_group(const task_group&) = delete;
  /// REQUIRES: size() == 0, or the executor's context will never run again.
  ~task_group() = default;

  /// Starts `child` in a later turn of the event loop. After close() it is destroyed, unstarted.
  void spawn(task<> child);

  void close() noexcept { closed_ = true; }
  bool closed() const noexcept { return closed_; }

  /// Tells every child to end: its current wait fails with operation_aborted.
  void cancel() noexcept;

  std::size_t size() const noexcept { return children_.size(); }

  /// Calls `done` once there is no child: now, or in the turn in which the last one ends.
  void when_empty(std::function<void()> done);

 private:
  executor executor_;
  std::function<void()> on_empty_;
  std::list<asio::cancellation_signal> children_;
  bool closed_ = false;
};

}  // namespace logio::net
