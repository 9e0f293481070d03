#include "ring/model/fiber.hpp"

#include <cstdint>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace logio::ring::model {
namespace {
constexpr std::size_t stack_bytes = std::size_t{256} << 10;
}  // namespace

fiber::fiber() {
#if defined(__SANITIZE_THREAD__)
  tsan_ = __tsan_get_current_fiber();
#endif
}

fiber::fiber(std::function<void()> body)
    : body_(std::move(body)), stack_(new std::byte[stack_bytes]), bytes_(stack_bytes) {
  bottom_ = stack_.get();
  ::getcontext(&context_);
  context_.uc_stack.ss_sp = stack_.get();
  context_.uc_stack.ss_size = stack_bytes;
  context_.uc_link = nullptr;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  ::makecontext(&context_, reinterpret_cast<void (*)()>(&fiber::enter), 2,
                static_cast<unsigned>(self), static_cast<unsigned>(self >> 32));
#if defined(__SANITIZE_THREAD__)
  tsan_ = __tsan_create_fiber(0);
#endif
}

fiber::~fiber() {
#if defined(__SANITIZE_THREAD__)
  if (stack_) __tsan_destroy_fiber(tsan_);
#endif
}

void fiber::switch_to(fiber& next) {
  next.came_from_ = this;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&shadow_, next.bottom_, next.bytes_);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(next.tsan_, 0);
#endif
  ::swapcontext(&context_, &next.context_);
  arrived();
}

void fiber::arrived() {
#if defined(__SANITIZE_ADDRESS__)
  // Where we come from is told to its fiber: the thread's own stack is learned in this way.
  __sanitizer_finish_switch_fiber(shadow_, &came_from_->bottom_, &came_from_->bytes_);
#endif
}

void fiber::enter(unsigned low, unsigned high) {
  auto* self = reinterpret_cast<fiber*>(std::uintptr_t{low} | std::uintptr_t{high} << 32);
  self->arrived();
  self->body_();
  std::abort();  // there is nothing to return to
}

}  // namespace logio::ring::model
