/// The journal, as one stream reads it behind the ring.
///
/// Ownership:      borrows directory and writer, which must outlive it.
/// Thread safety:  distinct objects, each by one thread at a time.
/// Errors:         what cannot be read is told as missed, with the reason; a file that cannot be
///                 opened now is asked for again.
/// Limits:         scan_limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "logio/filter/filter.hpp"
#include "logio/hub/deep_history.hpp"
#include "logio/journal/follower.hpp"

namespace logio::app {

struct scan_limits {
  /// Of one call, so that readers take turns.
  std::int64_t turn_ns = 10'000'000;
  /// Of a stretch without a match, over all calls: then the look is given up, and says so. More
  /// than a journal of the default size takes.
  std::int64_t scan_ns = 20'000'000'000;
  std::uint64_t scan_bytes = std::uint64_t{16} << 30;
};

class journal_reader final : public hub::deep_reader {
 public:
  journal_reader(const journal::directory& in, const journal::writer& by,
                 const filter::filter& wanted, const scan_limits& limits);

  hub::deep_piece read(const hub::deep_order& order) override;
  hub::deep_start find(const hub::deep_search& search) override;

 private:
  struct known_topic {
    std::shared_ptr<const hub::topic_info> topic;
    bool wanted = false;
  };
  /// The stretch of a tail that is being counted: [begin, end), from `at` on.
  struct stretch {
    std::uint64_t begin = 0, at = 0, end = 0;
    std::uint64_t matches = 0;
  };
  class turn_clock;

  bool take(const journal::follower::event& e, const hub::deep_order& order,
            const turn_clock& clock, hub::deep_piece& out);
  bool take_batch(const journal::follower::found_batch& b, const hub::deep_order& order,
                  const turn_clock& clock, hub::deep_piece& out);
  void miss(std::uint64_t from, std::uint64_t to, hub::missed_reason why, hub::deep_piece& out);
  void account(const turn_clock& clock) noexcept;
  bool scanned_enough() const noexcept;
  const known_topic& topic_of(const journal::follower::found_batch& b);
  bool wanted(const record::view& r) const;
  void begin_search(const hub::deep_search& search);
  bool count(const journal::follower::event& e);
  hub::deep_start found(const hub::deep_search& search, bool limited) const;
  std::uint64_t first_since(std::int64_t ns) const;
  std::int64_t time_before(std::uint64_t position) const;

  const journal::directory& directory_;
  const filter::filter filter_;
  const scan_limits limits_;
  journal::follower follower_;
  std::unordered_map<std::uint32_t, known_topic> topics_;  // of topics_epoch_
  std::uint64_t topics_epoch_ = 0;
  std::int64_t last_arrival_ns_ = 0;  // of the batch that was read last, and where that began
  std::uint64_t last_position_ = 0;
  bool failing_ = false;  // a segment cannot be opened, which is said
  // Since the last match:
  std::int64_t scanned_ns_ = 0;
  std::uint64_t scanned_bytes_ = 0;
  // Of the search:
  bool searching_ = false;
  std::uint64_t oldest_ = 0, floor_ = 0, step_ = 0;
  std::uint64_t matches_ = 0;         // in the stretches behind
  std::uint64_t first_matching_ = 0;  // the first of them that has any
  stretch stretch_;
};

}  // namespace logio::app
