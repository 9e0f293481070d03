/// Finds the place in the ring where a history_request begins.
///
/// By position or time it looks at the first batch of each chunk, from the newest chunk back. For
/// `tail` it counts the matches of whole chunks from the newest back until there are enough; how
/// many of the oldest counted chunk's matches are too many is for the reader to skip. So nothing
/// has to be remembered but one place, and the last chunk's lines are matched twice.
///
///     chunk   6         7             8 (newest)     end
///             |         |  40 matches |  75 matches  |        tail=100
///                       `- begins here, the first 15 are skipped
///
/// Ownership:      borrows the ring and what matches(); part of a history_reader.
/// Thread safety:  belongs to its dispatcher's thread.
/// Limits:         a turn ends soon after its deadline, within a batch too; chunks are pinned only
///                 within a turn. Counting ends after cpu_ns_max and says what it did not look at.
#pragma once

#include <cstdint>
#include <optional>

#include "logio/hub/history_request.hpp"
#include "logio/hub/missed_reason.hpp"
#include "logio/ring/readers.hpp"

namespace logio::hub {

/// Counts the records of a batch that are wanted.
class history_matcher {
 public:
  struct counted {
    std::uint64_t matches = 0;
    std::uint32_t next = 0;  ///< the first record that was not looked at; 0: none is left
  };
  /// Looks at the records from `first` on until about `deadline_ns`.
  virtual counted count(const ring::batch_header& batch, std::uint32_t first,
                        std::int64_t deadline_ns) = 0;

 protected:
  ~history_matcher() = default;
};

class history_finder {
 public:
  /// What cannot be had any more of what was asked for.
  struct gap {
    std::uint64_t positions = 0;
    std::uint64_t first_position = 0;
    missed_reason why = missed_reason::retention;
  };
  struct start {
    ring::place at;
    std::uint64_t skip_matches = 0;
    gap missed;
    /// The ring does not reach back as far as was asked: what came before, and for `tail` so many
    /// more matches, are to be looked for in front of `at`.
    bool from_front = false;
    std::uint64_t wanting_matches = 0;
  };

  static constexpr std::int64_t cpu_ns_max = 5'000'000'000;

  /// What lies before `end` is history. REQUIRES: a dispatcher's gate stood there.
  history_finder(ring::log_ring& ring, history_matcher& matcher, const history_request& request,
                 const ring::place& end) noexcept;

  /// One turn; the place when it is found. REQUIRES: not called again after that.
  std::optional<start> turn(ring::log_pin& pin, std::int64_t deadline_ns);

 private:
  enum class found { batch, nothing, not_yet };
  enum class counting { done, later, lost };
  /// The beginning of a chunk that is held.
  struct chunk_start {
    ring::place at;
    std::int64_t arrival_ns = 0;
  };

  found look(ring::log_pin& pin, std::uint32_t back, chunk_start& out) const noexcept;
  std::optional<start> find_first(ring::log_pin& pin) const noexcept;
  std::optional<start> count_back(ring::log_pin& pin, std::int64_t deadline_ns);
  found enter_chunk(ring::log_pin& pin) noexcept;
  counting count_chunk(ring::log_pin& pin, std::int64_t deadline_ns);
  start counted(ring::log_pin& pin, bool limited) const noexcept;

  ring::log_ring& ring_;
  history_matcher& matcher_;
  const history_request request_;
  const ring::place end_;
  // While counting:
  const std::uint32_t newest_;   // chunk
  std::uint32_t back_ = 0;       // the chunk being counted is so far behind the newest
  bool inside_ = false;          // a chunk is begun
  chunk_start chunk_;
  ring::place at_;
  std::uint32_t record_ = 0;     // in the batch at at_
  std::uint64_t in_chunk_ = 0;   // matches in the chunk so far
  std::uint64_t matches_ = 0;    // in the chunks behind it
  ring::place begin_;            // of the oldest chunk that is counted
  std::int64_t cpu_ns_ = 0;
};

}  // namespace logio::hub
