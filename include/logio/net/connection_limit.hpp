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
    ticket(ticket&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    ticket& operator=(ticket&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    ~ticket() {
      if (of_ != nullptr) of_->open_.fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    friend class connection_limit;
    explicit ticket(connection_limit* of) noexcept : of_(of) {}

    connection_limit* of_;
  };

  explicit connection_limit(std::size_t connections_max) noexcept : max_(connections_max) {}
  connection_limit(const connection_limit&) = delete;

  /// Nothing when `max()` are open. relaxed: a number and nothing else.
  std::optional<ticket> try_acquire() noexcept {
    if (open_.fetch_add(1, std::memory_order_relaxed) < max_) return ticket(this);
    open_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }

  std::size_t max() const noexcept { return max_; }
  std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> open_{0};
};

}  // namespace logio::net
