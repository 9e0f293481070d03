#include "logio/ring/layout.hpp"

#include <algorithm>
#include <string>

namespace logio::ring {
namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t chunk_bytes_max = std::size_t{1} << 30;
constexpr std::size_t chunk_bytes_min = std::size_t{64} << 10;
constexpr std::uint32_t chunks_usual = 16;
constexpr std::uint32_t chunks_min = 4;
constexpr std::uint32_t chunks_max = 1u << 20;

class ring_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "logio.ring"; }
  std::string message(int value) const override {
    switch (static_cast<ring_error>(value)) {
      case ring_error::too_small:
        return "the largest record is more than a quarter of the ring";
      case ring_error::too_large:
        return "the largest record exceeds 1 GiB";
      case ring_error::too_many_readers:
        return "the ring has 1 to 64 gating readers";
    }
    return "unknown ring error";
  }
};

}  // namespace

error_code make_error_code(ring_error e) noexcept {
  static const ring_category category;
  return {static_cast<int>(e), category};
}

result<geometry> plan(std::size_t ring_bytes, std::size_t payload_bytes_max, unsigned gates_max,
                      unsigned pins_max) noexcept {
  if (gates_max == 0 || gates_max > 64) return make_error_code(ring_error::too_many_readers);
  if (payload_bytes_max > chunk_bytes_max - page_bytes) {
    return make_error_code(ring_error::too_large);
  }
  geometry g;
  g.gates_max = gates_max;
  g.pins_max = pins_max;
  const std::size_t largest = stored_bytes(payload_bytes_max);
  g.chunks = chunks_usual;
  while (ring_bytes / g.chunks > chunk_bytes_max && g.chunks < chunks_max) g.chunks *= 2;
  for (; g.chunks >= chunks_min; g.chunks /= 2) {
    g.chunk_bytes = std::min(ring_bytes / g.chunks / page_bytes * page_bytes, chunk_bytes_max);
    const bool usable = g.chunk_bytes >= chunk_bytes_min || g.chunks == chunks_min;
    if (usable && g.chunk_bytes >= largest) return g;
  }
  g.chunks = chunks_min;
  g.chunk_bytes = (largest + page_bytes - 1) / page_bytes * page_bytes;
  if (g.chunk_bytes > ring_bytes / chunks_min + ring_bytes / chunks_min / 16) {
    return make_error_code(ring_error::too_small);
  }
  return g;
}

}  // namespace logio::ring
