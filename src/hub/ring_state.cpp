#include "logio/hub/ring_state.hpp"

namespace logio::hub {

ring_state look_at_ring(const ring::log_ring& ring) noexcept {
  // In this order, so that the oldest is not behind the next one.
  ring_state state;
  state.oldest_position = ring.oldest_position();
  state.used_bytes = ring.used_bytes();
  state.next_position = ring.end().position;
  return state;
}

}  // namespace logio::hub
