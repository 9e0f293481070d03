#include "sink/kafka_offsets.hpp"

#include <algorithm>

#include "logio/base/result.hpp"

namespace logio::sink {

kafka_offsets::lane_id kafka_offsets::begin(std::string_view topic, std::int32_t partition,
                                            std::int64_t committed) {
  end(topic, partition);
  lane made;
  made.topic = topic;
  made.partition = partition;
  made.position = made.committed = std::max(committed, unknown);
  lanes_.emplace(next_, std::move(made));
  return next_++;
}

void kafka_offsets::end(std::string_view topic, std::int32_t partition) {
  lanes_.erase(id_of(topic, partition));
}

std::uint64_t kafka_offsets::read(lane_id which, std::int64_t offset) {
  lane* const of = find(which);
  LOGIO_ASSERT(of != nullptr, "a message of no lane");
  LOGIO_ASSERT(offset >= of->position, "a message is read twice");
  const std::int64_t between = of->position == unknown ? 0 : offset - of->position;
  of->open.insert(of->open.end(), offset);
  of->position = offset + 1;
  of->at_end = false;
  return static_cast<std::uint64_t>(between);
}

void kafka_offsets::reach_end(lane_id which, std::int64_t offset) {
  lane* const of = find(which);
  if (of == nullptr) return;
  of->position = std::max(of->position, offset);
  of->at_end = true;
}

bool kafka_offsets::settle(lane_id which, std::int64_t offset) {
  lane* const of = find(which);
  return of != nullptr && of->open.erase(offset) != 0;
}

std::vector<kafka_offsets::entry> kafka_offsets::due() const {
  std::vector<entry> out;
  for (const auto& [id, of] : lanes_) {
    if (of.settled_to() > of.committed) out.push_back({of.topic, of.partition, of.settled_to()});
  }
  return out;
}

void kafka_offsets::note_committed(const entry& what) {
  lane* const of = find(what.topic, what.partition);
  // A late answer to a lane before this one may be ahead of what this one has read.
  if (of == nullptr || what.offset > of->settled_to()) return;
  of->committed = std::max(of->committed, what.offset);
}

kafka_offsets::lane* kafka_offsets::find(lane_id which) {
  const auto at = lanes_.find(which);
  return at == lanes_.end() ? nullptr : &at->second;
}

kafka_offsets::lane* kafka_offsets::find(std::string_view topic, std::int32_t partition) {
  return find(id_of(topic, partition));
}

kafka_offsets::lane_id kafka_offsets::id_of(std::string_view topic, std::int32_t partition) const {
  const auto at = std::ranges::find_if(lanes_, [&](const auto& one) {
    return one.second.partition == partition && one.second.topic == topic;
  });
  return at == lanes_.end() ? 0 : at->first;
}

bool kafka_offsets::at_end() const noexcept {
  return std::ranges::all_of(lanes_, [](const auto& one) { return one.second.at_end; });
}

std::size_t kafka_offsets::open() const noexcept {
  std::size_t count = 0;
  for (const auto& [id, of] : lanes_) count += of.open.size();
  return count;
}

}  // namespace logio::sink
