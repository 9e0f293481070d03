/// Reads the journal of a running hub from any position on, up to what is written this moment.
///
///     seek ─► next: batch | missed | skipped … end ─► (later) next …
///                                                └─ rest: no file is open meanwhile
///
/// It goes on through rotation and sealing, and tells what retention deleted, what is damaged and
/// what the disk could not take: batches and missed positions together are all positions, each
/// once, in order. It takes no lock that an append to the log takes.
///
/// Ownership:      borrows directory and writer, which must outlive it; owns one open file.
/// Thread safety:  distinct objects, each by one thread at a time; beside the writer's threads.
/// Errors:         `failed` is the kernel's refusal to open a file, which may pass (too many are
///                 open): ask again later. What cannot be read is missed.
/// Limits:         memory: 256 KiB or the largest frame, and one segment's topics and marks,
///                 whatever the journal's size. A call of next() reads up to the next batch, from
///                 a seek on at most a mark's stretch (256 KiB) more; where frames are damaged, up
///                 to the segment's end.
/// Source:         src/journal/FORMAT.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "logio/base/result.hpp"
#include "logio/journal/directory.hpp"
#include "logio/journal/missing.hpp"
#include "logio/journal/segment_builder.hpp"
#include "logio/journal/segment_reader.hpp"
#include "logio/journal/writer.hpp"
#include "logio/record/topic.hpp"

namespace logio::journal {

class follower {
 public:
  /// Valid until the follower's next call. One that begins in front of the position that was sought
  /// is given whole.
  struct found_batch {
    std::uint64_t epoch = 0;
    journal::batch records;
    const record::topic* topic = nullptr;
  };
  /// Positions that are not in the journal.
  struct missed {
    std::uint64_t first_position = 0;
    std::uint64_t count = 0;
    missing why = missing::deleted;
  };
  /// A segment without a topic that is wanted was passed over.
  struct skipped {
    std::uint64_t count = 0;
  };
  /// Nothing more is written now.
  struct end {};
  struct failed {
    error_code why;
  };
  using event = std::variant<found_batch, missed, skipped, end, failed>;

  follower(const directory& in, const writer& by);
  follower(const follower&) = delete;
  follower(follower&&) noexcept;
  ~follower();

  /// Whole segments none of whose topics is wanted are skipped from now on, by their footers.
  void want(std::function<bool(const record::topic_view&)> topics) { wanted_ = std::move(topics); }

  /// Goes on with the batch that holds `position`, or with what comes behind it.
  void seek(std::uint64_t position) noexcept;
  /// Everything in front of it was given out, up to where it was sought.
  std::uint64_t position() const noexcept { return position_; }

  event next();

  /// Closes the file and frees the buffer; next() opens it again at the same place. For a reader
  /// that pauses: a deleted segment keeps its room on the disk while it is open.
  void rest() noexcept;

  /// The first position that the journal has; what comes next when it has none.
  std::uint64_t oldest_position() const;
  /// The first position whose batch arrived at `since_ns` or later, or may have, being damaged; or
  /// what comes next when none has. Reads footers, and frames from one mark on; where it is read
  /// does not change.
  result<std::uint64_t> find_time(std::int64_t since_ns) const;
  /// A position at or in front of that, without a look at a file.
  std::uint64_t position_before(std::int64_t since_ns) const;

 private:
  struct open_segment;

  std::optional<event> enter();
  std::optional<event> enter_sealed(const segment_info& info);
  std::optional<event> enter_active(const segment_head& head);
  void begin_reading(std::optional<mark> from);
  bool grow();
  std::optional<event> read();
  std::optional<event> take_batch(const frame& f);
  const record::topic* topic_of(std::uint32_t number);
  event miss_rest();
  event miss(std::uint64_t behind, missing why) noexcept;

  const directory& directory_;
  const writer& writer_;
  std::function<bool(const record::topic_view&)> wanted_;
  std::uint64_t position_ = 1;
  std::unique_ptr<open_segment> open_;
  // Where the next frame lies, in the segment that was open before rest(). 0: unknown.
  segment_head place_of_;
  std::uint64_t place_at_ = 0, place_position_ = 0;
};

}  // namespace logio::journal
