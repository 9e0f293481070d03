/// Many deadlines behind one timer: what a waiting connection costs is a list node.
///
/// A deadline fires up to `resolution` late, never early. While none is armed the timer sleeps.
///
/// Ownership:      deadlines borrow the set, which must outlive them; the set goes when its
///                 io_context does not run any more.
/// Thread safety:  belongs to one executor's thread.
#pragma once

#include <functional>
#include <list>

#include "logio/net/executor.hpp"

namespace logio::net {

class deadline_set {
 public:
  /// REQUIRES: resolution > 0.
  deadline_set(const executor& ex, clock::duration resolution)
      : timer_(ex), resolution_(resolution) {}
  deadline_set(const deadline_set&) = delete;
  ~deadline_set();

 private:
  friend class deadline;

  void tick();
  void sweep();

  timer timer_;
  clock::duration resolution_;
  std::list<class deadline*> armed_;
  std::list<class deadline*> due_;  // while sweep() fires them
  bool ticking_ = false;
};

class deadline {
 public:
  /// `expired` is called once per arm(), from the event loop. It may destroy the deadline.
  deadline(deadline_set& set, std::function<void()> expired)
      : set_(set), expired_(std::move(expired)) {}
  deadline(const deadline&) = delete;
  ~deadline() { disarm(); }

  /// From now on, in place of an earlier arm().
  void arm(clock::duration after);
  void disarm() noexcept;

  bool has_expired() const noexcept { return fired_; }

 private:
  friend class deadline_set;

  deadline_set& set_;
  std::function<void()> expired_;
  clock::time_point at_;
  std::list<deadline*>::iterator place_;
  std::list<deadline*>* list_ = nullptr;  // of the set; null: not armed
  bool fired_ = false;
};

}  // namespace logio::net
