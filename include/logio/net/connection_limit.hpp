/// How many connections there may be, over all ports and threads.
///
/// Ownership:      tickets borrow the limit, which must outlive them.
/// Thread safety:  all members, from any thread; a ticket belongs to one thread at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace logio::net {

class connection_limit {
 public:
  /// One counted connection, until it is destroyed.
  class ticket {
   public:
    ticket(ticket&& other) noexcept
        : of_(std::exchange(other.of_, nullptr)), also_(other.also_) {}
    ticket& operator=(ticket&& other) noexcept {
      std::swap(of_, other.of_);
      std::swap(also_, other.also_);
      return *this;
    }
    ~ticket() {
      if (of_ == nullptr) return;
      of_->open_.fetch_sub(1, std::memory_order_relaxed);
      if (also_ != nullptr) also_->fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    friend class connection_limit;
    ticket(connection_limit* of, std::atomic<std::size_t>* also) noexcept : of_(of), also_(also) {}

    connection_limit* of_;
    std::atomic<std::size_t>* also_;
  };

  explicit connection_limit(std::size_t connections_max) noexcept : max_(connections_max) {}
  connection_limit(const connection_limit&) = delete;

  /// Nothing when `max()` are open. `also`, for example one thread's number, counts the ticket too
  /// and must outlive it. relaxed: numbers and nothing else.
  std::optional<ticket> try_acquire(std::atomic<std::size_t>* also = nullptr) noexcept {
    if (open_.fetch_add(1, std::memory_order_relaxed) >= max_) {
      open_.fetch_sub(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    if (also != nullptr) also->fetch_add(1, std::memory_order_relaxed);
    return ticket(this, also);
  }

  std::size_t max() const noexcept { return max_; }
  std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> open_{0};
};

}  // namespace logio::net
