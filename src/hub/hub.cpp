#include "logio/hub/hub.hpp"

#include <fmt/core.h>
#include <sys/random.h>

#include <chrono>
#include <limits>

namespace logio::hub {

std::uint64_t make_epoch() noexcept {
  std::uint64_t value = 0;
  if (::getrandom(&value, sizeof value, GRND_NONBLOCK) != sizeof value || value == 0) {
    value = static_cast<std::uint64_t>(
        std::chrono::system_clock::now().time_since_epoch().count());
  }
  return value;
}

hub::hub(const hub_options& options, std::unique_ptr<ring::log_ring> ring)
    : options_(options),
      ring_(std::move(ring)),
      topics_(options.topics_max, ring_->shape().chunks),
      epoch_(options.epoch != 0 ? options.epoch : make_epoch()),
      durable_(options.has_journal ? options.first_position
                                   : std::numeric_limits<std::uint64_t>::max()) {}

result<std::unique_ptr<hub>> hub::open(const hub_options& options,
                                       std::vector<shard::executor_type> executors) {
  const auto threads = static_cast<unsigned>(executors.size());
  // A record's head and padding, and room for what is added to a cut line.
  constexpr std::size_t record_overhead_bytes = 1024;
  const unsigned gates = threads + (options.has_journal ? 1 : 0) + (options.has_sinks ? 1 : 0);
  const auto shape = ring::plan(options.ring_bytes,
                                options.record_bytes_max + record_overhead_bytes,
                                gates, 2 * threads);
  if (!shape) return shape.error();
  auto ring = ring::log_ring::open(*shape, options.first_position);
  if (!ring) return ring.error();
  std::unique_ptr<hub> made(new hub(options, std::move(*ring)));
  dispatcher_limits limits;
  limits.queue_bytes_max = options.subscriber_queue_bytes;
  limits.queues_bytes_max = options.queues_bytes_total / threads;
  for (unsigned i = 0; i < threads; ++i) {
    made->shards_.push_back(std::make_unique<shard>(*made, i, executors[i], limits));
  }
  return made;
}

std::size_t hub::payload_bytes_max() const noexcept {
  constexpr std::size_t overhead = ring::stored_bytes(1);
  return ring_->shape().chunk_bytes - overhead;
}

shard& hub::shard_for(const filter::spec& selection, int format) noexcept {
  const std::size_t hash = filter::hash_value(selection) * 31 + static_cast<std::size_t>(format);
  return *shards_[(hash >> 7) % shards_.size()];
}

std::string hub::cursor(std::uint64_t position) const {
  return fmt::format("{:016x}-{}", epoch_, position);
}

void hub::wake_gate(unsigned gate) {
  if (gate < shards_.size()) return shards_[gate]->wake_from_elsewhere();
  wake_[gate - shards_.size()]();
}

void hub::set_durable(std::uint64_t position) noexcept {
  durable_.store(position, std::memory_order_seq_cst);
  for (const auto& shard : shards_) shard->durable_moved();
}

bool hub::hold_input(std::int64_t bytes) noexcept {
  const std::int64_t now = input_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  return bytes <= 0 || now <= static_cast<std::int64_t>(options_.input_bytes_total);
}

}  // namespace logio::hub
