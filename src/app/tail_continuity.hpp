/// Where a stream of records goes on after a cut, and which of its records were shown before.
///
///     query() ─► request ─► take() … take() ─► cut ─► query() ─► …
///                              └ the hub does not know the cursor: lost() ─► query() by time
///
/// A hub goes on behind a cursor that it knows. It does not know one when it has no journal, or
/// when it was killed and its journal ends in front of what it had sent already. Then it is asked
/// for what arrived since the last record: of that, what was shown before is known by its cursor;
/// and what was shown and is in no journal, which a publisher repeats because nobody has
/// acknowledged it, by its topic, time and text.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
/// Limits:         remembers the last 20,000 records to know them again, and of those that may come
///                 again 120,000.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "logio/record/record.hpp"
#include "logio/record/topic.hpp"
#include "logio/sink/source.hpp"

namespace logio::app {

class tail_continuity {
 public:
  /// `now_ns` is a time before the first request.
  explicit tail_continuity(std::int64_t now_ns) : last_arrival_ns_(now_ns) {}

  /// The stream begins behind this place. Counts until the first record.
  void begin(const sink::log_place& behind);

  /// What the next request has in place of what the first one asked of history; empty: nothing is
  /// known yet, the first one is to be repeated.
  std::string query() const;

  /// Whether the record is to be shown: it was not yet.
  [[nodiscard]] bool take(const record::view& r, const record::topic& topic,
                          std::int64_t arrival_ns, const sink::log_place& place);

  /// The hub does not know the cursor of the last request.
  void lost();

  /// Whether the last query() was by time: a hub that says again that it does not know means
  /// something else.
  bool by_time() const noexcept { return by_time_; }

  /// Records that came again and were not shown again.
  std::uint64_t repeated() const noexcept { return repeated_; }

 private:
  static constexpr std::size_t remembered_max = 20'000;

  struct remembered {
    std::uint64_t hash;
    sink::log_place place;
  };

  bool is_known(const sink::log_place& place, std::int64_t arrival_ns) const noexcept;

  std::optional<sink::log_place> last_;  // shown, or where the stream began
  std::int64_t last_arrival_ns_;         // of what was shown last
  bool by_time_ = false;
  sink::log_place known_end_;                   // by time: up to there all was shown
  std::int64_t known_arrival_ns_ = 0;
  std::vector<std::uint64_t> epochs_;           // that were seen, the newest last
  std::deque<remembered> recent_;
  std::unordered_map<std::uint64_t, std::uint32_t> unsure_;  // hashes of what may come again
  std::uint64_t repeated_ = 0;
};

}  // namespace logio::app
