/// All topics that the hub knows, each under a small number.
///
/// A publisher opens its topic once per connection; batches carry the number; a dispatcher turns a
/// number back into the topic at the first batch that it sees of it. So the lock here is taken per
/// connection and per topic and thread, never per batch.
///
/// A topic without publishers is *idle*; it is retired an hour after its last record, or earlier
/// when the table is full and it has been idle the longest. Numbers are not used twice. Records of
/// a retired topic may still lie in the ring: the topic can be found until the ring has gone round.
///
/// Ownership:      topics are shared: whoever holds a topic_ptr may use it after retirement.
/// Thread safety:  all members, from any thread. The counters of topic_info are atomic.
/// Errors:         hub_error::too_many_topics.
/// Limits:         `topics_max` live topics.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "logio/base/result.hpp"
#include "logio/hub/hub_error.hpp"
#include "logio/hub/rate_meter.hpp"
#include "logio/record/topic.hpp"

namespace logio::hub {

class topic_info {
 public:
  topic_info(std::uint32_t id, record::topic topic, std::int64_t now_ns);

  const std::uint32_t id;
  const record::topic topic;
  /// ` app[proc] host: `, what stands between time and text of a text line.
  const std::string text_label;
  /// `"app":"shop",…`, its members of a JSON object, with a comma behind each.
  const std::string json_members;
  const std::int64_t first_seen_ns;

  std::atomic<std::int64_t> last_seen_ns;
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> bytes{0};  ///< of text
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint32_t> publishers{0};
  std::atomic<bool> retired{false};
  rate_meter rate;  ///< of records, by their arrival
};

using topic_ptr = std::shared_ptr<topic_info>;

class topic_table {
 public:
  /// `ring_chunks` is the number of chunks of the ring that the topics' records go to.
  topic_table(std::size_t topics_max, std::uint32_t ring_chunks)
      : topics_max_(topics_max), ring_chunks_(ring_chunks) {}

  /// The topic, made if it is new, with one more publisher. `ring_chunk` is the number of the chunk
  /// that the ring writes now.
  result<topic_ptr> open(const record::topic_view& topic, std::int64_t now_ns,
                         std::uint32_t ring_chunk);
  /// One publisher less. REQUIRES: `topic` came from open(), each open() is closed once.
  void close(const topic_ptr& topic) noexcept;

  /// The topic of a batch. Null when it is forgotten: see above.
  topic_ptr find(std::uint32_t id) const;

  /// Retires topics that were idle for `idle_ns`, forgets retired ones whose records are gone.
  void sweep(std::int64_t now_ns, std::int64_t idle_ns, std::uint32_t ring_chunk);

  /// The live topics behind `after` in the order of app, proc and host, at most `topics_max` of
  /// them; null: from the first one on. Who walks all of them so lets others in between two calls.
  void next(const topic_info* after, std::size_t topics_max, std::vector<topic_ptr>& out) const;

  /// All live topics in that order. What comes or goes meanwhile may be in it or not.
  std::vector<topic_ptr> snapshot() const;

  // For metrics, without the lock:
  std::size_t size() const noexcept { return live_count_.load(std::memory_order_relaxed); }
  std::uint64_t retired() const noexcept { return retired_.load(std::memory_order_relaxed); }

  /// Raised with each new topic: lets who watches for one avoid the lock.
  std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_relaxed);
  }

 private:
  struct entry {
    topic_ptr topic;
    std::list<entry*>::iterator idle_at;
    bool idle = false;
  };
  struct buried {
    topic_ptr topic;
    std::uint32_t ring_chunk;
  };

  static std::string key(const record::topic_view& topic);
  void retire(entry& e, std::uint32_t ring_chunk);
  void forget(std::uint32_t ring_chunk);

  const std::size_t topics_max_;
  const std::uint32_t ring_chunks_;
  mutable std::mutex mutex_;
  // All below under mutex_:
  std::map<std::string, entry> live_;                   // in the order of app, proc, host
  std::unordered_map<std::uint32_t, topic_ptr> by_id_;  // live and buried
  std::list<entry*> idle_;                              // the longest idle first
  std::deque<buried> buried_;
  std::uint32_t next_id_ = 1;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<std::size_t> live_count_{0};
  std::atomic<std::uint64_t> retired_{0};
};

}  // namespace logio::hub
