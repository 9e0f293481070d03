/// The topics that one publishing request has open: each is looked up once, not once per batch.
///
/// Ownership:      closes them when it goes; borrows the hub.
/// Thread safety:  distinct objects.
/// Errors:         hub_error::too_many_topics.
/// Limits:         topics_max at a time; beyond that all but the newest are closed, and opened
///                 again when they come back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "logio/base/result.hpp"
#include "logio/hub/topic_table.hpp"

namespace logio::serve {

class open_topics {
 public:
  static constexpr std::size_t topics_max = 64;

  explicit open_topics(hub::topic_table& table) : table_(table) {}
  open_topics(const open_topics&) = delete;
  ~open_topics() {
    for (const auto& [name, topic] : open_) table_.close(topic);
  }

  /// `ring_chunk` as topic_table::open() wants it.
  result<hub::topic_ptr> open(const record::topic& name, std::int64_t now_ns,
                              std::uint32_t ring_chunk) {
    if (const auto found = open_.find(name); found != open_.end()) return newest_ = found->second;
    auto opened = table_.open(name, now_ns, ring_chunk);
    if (!opened) return opened.error();
    if (open_.size() >= topics_max) close_all_but_newest();
    open_.emplace(name, *opened);
    return newest_ = *opened;
  }

  std::size_t size() const noexcept { return open_.size(); }

 private:
  // A batch of the newest one may still wait for room.
  void close_all_but_newest() {
    std::erase_if(open_, [this](const auto& entry) {
      if (entry.second == newest_) return false;
      table_.close(entry.second);
      return true;
    });
  }

  hub::topic_table& table_;
  std::map<record::topic, hub::topic_ptr> open_;
  hub::topic_ptr newest_;
};

}  // namespace logio::serve
