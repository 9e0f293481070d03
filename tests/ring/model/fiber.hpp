/// A simulated thread's stack, on which the model test runs a piece of the ring's code.
///
/// One operating system thread holds all fibers; who runs is always chosen, so that a schedule can
/// be repeated exactly. A fiber's body may return, and is then started again by the next switch to
/// it. The sanitizers are told of each switch.
///
/// Ownership:      owns its stack. The body must outlive the fiber.
/// Thread safety:  all fibers belong to one thread.
/// Limits:         256 KiB of stack.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace logio::ring::model {

class fiber {
 public:
  /// The thread's own stack.
  fiber();
  /// A new stack; `body` runs at the first switch to it, and must end by switching away for good.
  explicit fiber(std::function<void()> body);
  fiber(const fiber&) = delete;
  ~fiber();

  /// Leaves this fiber, which must be the running one, for `next`. Returns when switched back to.
  void switch_to(fiber& next);

 private:
  static void enter(unsigned low, unsigned high);
  void arrived();

  ucontext_t context_{};
  std::function<void()> body_;
  std::unique_ptr<std::byte[]> stack_;
  const void* bottom_ = nullptr;
  std::size_t bytes_ = 0;
  void* shadow_ = nullptr;  // ASan's: what it keeps for this stack while another one runs
  void* tsan_ = nullptr;    // TSan's name of this fiber
  fiber* came_from_ = nullptr;
};

}  // namespace logio::ring::model
