#include "logio/serve/readiness.hpp"

#include <algorithm>

namespace logio::serve {

void readiness::add_reason(std::string_view reason) {
  std::lock_guard lock(mutex_);
  if (std::find(reasons_.begin(), reasons_.end(), reason) != reasons_.end()) return;
  reasons_.emplace_back(reason);
}

void readiness::remove_reason(std::string_view reason) {
  std::lock_guard lock(mutex_);
  std::erase(reasons_, reason);
}

std::vector<std::string> readiness::reasons() const {
  std::lock_guard lock(mutex_);
  return reasons_;
}

}  // namespace logio::serve
