#include "alive_probe.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <utility>

namespace logio::app {

struct alive_probe::question {
  explicit question(std::size_t threads) : answered(threads), left(threads) {}

  std::vector<std::atomic<bool>> answered;
  std::atomic<std::size_t> left;
};

void alive_probe::ask(std::function<void()> all_answered) {
  under_way_ = std::make_shared<question>(threads_.size());
  const auto then = std::make_shared<std::function<void()>>(std::move(all_answered));
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::post(threads_[i], [this, i, then, one = under_way_] {
      one->answered[i].store(true, std::memory_order_relaxed);
      if (one->left.fetch_sub(1) != 1) return;
      asio::post(main_, [this, then] {
        under_way_.reset();
        (*then)();
      });
    });
  }
}

std::size_t alive_probe::first_silent() const {
  std::size_t i = 0;
  while (i + 1 < threads_.size() && under_way_->answered[i].load(std::memory_order_relaxed)) ++i;
  return i;
}

}  // namespace logio::app
