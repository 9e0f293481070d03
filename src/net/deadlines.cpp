#include "logio/net/deadlines.hpp"

#include "logio/base/result.hpp"

namespace logio::net {

deadline_set::~deadline_set() { LOGIO_ASSERT(armed_.empty(), "deadlines go before their set"); }

void deadline_set::tick() {
  if (ticking_) return;
  ticking_ = true;
  timer_.expires_after(resolution_);
  timer_.async_wait([this](error_code error) {
    if (error) return;  // the set is gone
    ticking_ = false;
    sweep();
    if (!armed_.empty()) tick();
  });
}

void deadline_set::sweep() {
  const auto now = clock::now();
  for (auto at = armed_.begin(); at != armed_.end();) {
    const auto here = at++;
    if ((*here)->at_ > now) continue;
    due_.splice(due_.end(), armed_, here);
    (*here)->list_ = &due_;
  }
  // One by one from the front: an expired() may arm, disarm or destroy any other deadline.
  while (!due_.empty()) {
    deadline& d = *due_.front();
    d.disarm();
    d.fired_ = true;
    d.expired_();
  }
}

void deadline::arm(clock::duration after) {
  disarm();
  fired_ = false;
  at_ = clock::now() + after;
  list_ = &set_.armed_;
  place_ = list_->insert(list_->end(), this);
  set_.tick();
}

void deadline::disarm() noexcept {
  if (list_ == nullptr) return;
  list_->erase(place_);
  list_ = nullptr;
}

}  // namespace logio::net
