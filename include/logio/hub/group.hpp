/// Subscribers with the same filter and format, and the blocks that they share.
///
/// A record is encoded once, into the *tail* block. At a flush every member gets references to the
/// blocks that are new since the last flush; a member that had sent everything holds nothing in
/// between, and when no member holds the tail any more, its bytes are used again from the start.
/// So a healthy group works in one block that stays in the cache, and a slow member keeps alive
/// exactly what it has yet to send.
///
/// Ownership:      the dispatcher owns groups; a group knows its members, it does not own them.
/// Thread safety:  belongs to its dispatcher's thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "logio/filter/filter.hpp"
#include "logio/hub/block.hpp"
#include "logio/hub/encoder.hpp"
#include "logio/hub/subscription.hpp"

namespace logio::hub {

/// Answers of one topic pattern, remembered per value.
class value_memo {
 public:
  /// `ask` is called at most once per distinct value while it is remembered.
  template <class Ask>
  bool operator()(std::string_view value, Ask&& ask) {
    if (const auto found = known_.find(std::string(value)); found != known_.end()) {
      return found->second;
    }
    if (known_.size() >= values_max) known_.clear();
    return known_.emplace(value, ask(value)).first->second;
  }

 private:
  static constexpr std::size_t values_max = 4096;
  std::unordered_map<std::string, bool> known_;
};

class group {
 public:
  group(dispatcher& owner, filter::filter f, encoder& format, std::uint64_t serial);

  const filter::filter& selection() const noexcept { return filter_; }
  encoder& format() noexcept { return encoder_; }
  std::uint64_t serial() const noexcept { return serial_; }
  /// For a group that was private until now. REQUIRES: no route names it yet.
  void set_serial(std::uint64_t serial) noexcept { serial_ = serial; }
  bool has_line_patterns() const noexcept { return filter_.has_line_patterns(); }
  bool matches_topic(const topic_info& topic);

  /// Encodes those of [at, end), all of one batch, that are severe enough, into the tail.
  void append(record::iterator at, const record::iterator& end, origin from);
  /// Puts a notice in order: up to `positions` records were never examined.
  void append_missed(std::uint64_t positions, std::int64_t since_ns, missed_reason why);
  /// Puts a notice in order: what the reader had before does not join what follows.
  void append_continuity_lost();

  /// Hands what is new to the members. Does not wake them.
  void flush();
  /// Calls on_ready() of members that wait and have something, on_backlog() of those that lag far.
  void wake_members() noexcept;

  /// Touched since the last wake_members(); begins with no bytes appended.
  bool dirty() const noexcept { return dirty_; }
  void set_dirty(bool dirty) noexcept {
    dirty_ = dirty;
    appended_bytes_ = 0;
  }
  /// Bytes made since the group became dirty: members have had no chance to send any of them.
  std::size_t appended_bytes() const noexcept { return appended_bytes_; }

  void add(subscription& member);
  void remove(subscription& member) noexcept;
  const std::vector<subscription*>& members() const noexcept { return members_; }

  std::uint64_t matched() const noexcept { return matched_; }
  std::uint64_t missed() const noexcept { return missed_; }

  /// What comes next goes into another block than this. REQUIRES: everything is flushed, or `b` is
  /// not the tail.
  void close_tail(const block& b) noexcept {
    if (tail_.get() == &b) close_tail();
  }
  /// What comes next goes into a new block. REQUIRES: everything is flushed.
  void close_tail() noexcept { tail_ = block_ptr(); }
  /// Lets go of a tail that nobody holds; called when idle.
  void release_idle_tail() noexcept;

  /// Position from which on the group's records count; set when it is made.
  std::uint64_t first_position = 0;
  /// Ids of topics whose routes name this group.
  std::vector<std::uint32_t> routed_topics;

 private:
  struct fresh_block {
    block_ptr data;
    subscription::mark from;
  };

  bool open_tail(std::size_t data_bytes);
  bool ensure_tail_is_fresh();
  void append_run(record::iterator at, const record::iterator& end, origin from);
  bool append_notice(const loss& what);
  void shed_new(record::iterator at, const record::iterator& end, std::int64_t arrival_ns);

  dispatcher& dispatcher_;
  filter::filter filter_;
  encoder& encoder_;
  std::uint64_t serial_;
  value_memo app_, proc_, host_;
  std::vector<subscription*> members_;
  block_ptr tail_;
  std::vector<fresh_block> fresh_;  // since the last flush, the tail last
  std::int64_t fresh_since_ns_ = 0;  // arrival of the first record in them
  std::size_t next_bytes_ = block_pool::allocated_min;
  std::uint64_t matched_ = 0;
  std::uint64_t missed_ = 0;
  std::size_t appended_bytes_ = 0;
  bool dirty_ = false;
};

}  // namespace logio::hub
