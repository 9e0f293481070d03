#include "logio/hub/ring_state.hpp"

#include <algorithm>

namespace logio::hub {

ring_state look_at_ring(const ring::log_ring& ring) noexcept {
  const ring::place end = ring.end();
  const ring::geometry& shape = ring.shape();
  ring_state state;
  state.next_position = end.position;
  const std::size_t full_chunks = std::min(end.chunk, shape.chunks - 1);
  state.used_bytes = full_chunks * shape.chunk_bytes + end.offset;
  // The chunk behind the last one may be prepared, and so the first one given up.
  if (end.chunk + 1 < shape.chunks) state.oldest_position = 0;
  return state;
}

}  // namespace logio::hub
