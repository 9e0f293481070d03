/// One subscriber's way from its place in history to where the dispatcher is.
///
/// It renders what the ring holds into a group of its own, a bounded piece whenever the subscriber
/// has sent the piece before: so it reads at the subscriber's pace, holds nobody back, and is told
/// if the ring overtakes it. What lies behind the ring it asks for of deep history, where there is
/// one; then it is not overtaken either, but goes back there. When it has come to where the
/// dispatcher stands (same thread, so nothing moves meanwhile) the subscriber joins the others
/// there, without gap or repeat.
///
///     finding ──► reading ──► (queue filled: parked until it is empty) ──► caught up: joins
///      │   ▲       ▲  │ └─ `until` or the end of what was there: finished
///      └► search   └─ reading deep (a piece is asked for: waiting until it comes)
///
/// Ownership:      the dispatcher owns it, until the subscription joins or ends; it owns its group.
/// Thread safety:  belongs to its dispatcher's thread.
/// Limits:         a piece is fill_bytes_max, or twice what the dispatcher moved meanwhile, so that
///                 a reader that sends all it gets comes closer; never more than half a queue.
///                 Looking for matches of line patterns ends after history_finder::cpu_ns_max; what
///                 was not looked at is announced.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "logio/hub/deep_history.hpp"
#include "logio/hub/group.hpp"
#include "logio/hub/history_finder.hpp"
#include "logio/hub/history_request.hpp"
#include "logio/ring/readers.hpp"

namespace logio::hub {

class deep_link;

class history_reader final : private history_matcher {
 public:
  static constexpr std::size_t fill_bytes_max = std::size_t{256} << 10;

  enum class outcome {
    again,      ///< call turn() again after other handlers had their turn
    parked,     ///< nothing to do until the subscription's queue is empty
    at_end,     ///< nothing to do until the dispatcher has moved on (`follow` with `until`)
    waiting,    ///< nothing to do until what it asked for of deep history has come
    caught_up,  ///< it stands where the dispatcher stands: let the subscription join
    finished,   ///< what was asked for is queued
  };

  /// REQUIRES: the dispatcher's gate is joined and stands at `end`.
  history_reader(dispatcher& owner, ring::log_ring& ring, std::unique_ptr<group> own,
                 const history_request& request, const ring::place& end);
  history_reader(const history_reader&) = delete;
  ~history_reader();

  /// To be called once: the group's only member.
  void begin(subscription& of);

  /// One turn. `gate` is where the dispatcher stands.
  outcome turn(ring::log_pin& pin, const ring::place& gate, std::int64_t deadline_ns);

  /// Records in front of it were looked at; those from it on were not. While it is still looking
  /// for its beginning: a lower bound of that.
  std::uint64_t position() const noexcept { return at_.position + record_; }

  group& own() noexcept { return *group_; }
  std::unique_ptr<group> release_group() noexcept { return std::move(group_); }
  subscription& of() noexcept { return *subscription_; }

  bool queued = false;  ///< for who keeps it: waits for its turn

 private:
  struct known_topic {
    topic_ptr topic;
    bool wanted = false;
  };

  counted count(const ring::batch_header& batch, std::uint32_t first,
                std::int64_t deadline_ns) override;
  bool find(ring::log_pin& pin, std::int64_t deadline_ns);
  bool find_deep(const history_finder::start& front);
  bool take_search();
  void go_deep(std::uint64_t position) noexcept;
  void read_deep(ring::log_pin& pin, const ring::place& gate, std::int64_t deadline_ns);
  void order_piece(const ring::place& gate);
  bool render_piece(std::int64_t deadline_ns);
  bool render(const deep_piece::item& item);
  bool enter_ring(ring::log_pin& pin, const ring::place& gate);
  void read(ring::log_pin& pin, const ring::place& gate, std::int64_t deadline_ns);
  bool deliver(const ring::batch_header& batch, std::int64_t deadline_ns);
  void jump(ring::log_pin& pin, const ring::place& gate);
  void miss(std::uint64_t first_position, std::uint64_t positions, std::int64_t since_ns,
            missed_reason why);
  const known_topic& topic_of(std::uint32_t id);
  bool wanted(const record::view& r) const;
  bool take(const record::view& r);
  bool past_end(const ring::place& gate) const noexcept;
  std::int64_t loss_begins_ns(std::uint64_t position) const noexcept;

  dispatcher& dispatcher_;
  ring::log_ring& ring_;
  std::unique_ptr<group> group_;
  const history_request request_;
  const ring::place end_;  // where the dispatcher stood at the beginning
  history_finder finder_;
  subscription* subscription_ = nullptr;
  std::unordered_map<std::uint32_t, known_topic> topics_;
  ring::place at_;
  std::uint32_t record_ = 0;          // of the batch at at_
  std::uint64_t first_position_ = 0;  // records in front of it are not wanted
  std::uint64_t skip_matches_ = 0;
  std::uint64_t moved_bytes_ = 0;     // by the dispatcher, at the last turn
  std::size_t fill_bytes_ = 0;        // of this turn
  std::int64_t cpu_ns_ = 0;           // for line patterns
  // Behind the ring:
  const std::unique_ptr<deep_link> deep_;  // null: the ring is all there is
  deep_search search_;
  std::optional<deep_piece> piece_;
  std::size_t item_ = 0;      // of it, to be rendered next
  std::size_t piece_bytes_ = fill_bytes_max / 2;  // to ask for, so that it fills about one turn
  bool searching_ = false;
  bool in_deep_ = false;      // of at_, only the position counts
  bool starved_ = false;      // what it waits for is not written yet
  std::optional<std::uint64_t> first_queued_;  // a record, or a loss that is announced
  bool begun_ = false;
  bool found_ = false;
  bool until_reached_ = false;
};

}  // namespace logio::hub
