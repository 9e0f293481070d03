/// Which groups of one dispatcher want the records of one topic.
///
/// Made at the topic's first batch, extended when the topic's next batch finds newer groups: so a
/// new subscriber costs nothing for topics that are silent, and a topic that appears later joins
/// the subscriptions that were there before it.
///
/// Ownership:      the dispatcher owns routes; groups take themselves out when they end.
/// Thread safety:  belongs to the dispatcher's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "logio/hub/topic_table.hpp"

namespace logio::hub {

class group;

struct route {
  topic_ptr topic;                      ///< null: the table has forgotten it
  std::uint64_t newest_group_seen = 0;  ///< serial
  std::vector<group*> live;             ///< without line patterns
  std::vector<group*> scanned;          ///< with line patterns
  std::vector<std::uint64_t> wanted;    ///< bit per index in the line set of `set_generation`
  std::uint64_t set_generation = 0;
};

}  // namespace logio::hub
