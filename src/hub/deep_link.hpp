/// A history_reader's way into deep history: its one order that is out, and what came back.
///
///     read(order) ─► busy … on_done() ─► take_piece()
///     find(search) ─► busy … on_done() ─► take_start()
///
/// Ownership:      part of a history_reader; borrows the deep_history. May be destroyed while busy:
///                 what is out then is finished and thrown away.
/// Thread safety:  belongs to its dispatcher's thread.
/// Limits:         one piece of work at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "logio/hub/deep_history.hpp"

namespace logio::hub {

class deep_link {
 public:
  /// `on_done` is called when a piece of work came back.
  deep_link(const deep_access& access, const filter::filter& wanted,
            std::function<void()> on_done);
  deep_link(const deep_link&) = delete;
  ~deep_link();

  /// REQUIRES of both: it is not busy.
  void read(const deep_order& order);
  void find(const deep_search& search);

  bool busy() const noexcept;
  /// What came back, once.
  std::optional<deep_piece> take_piece();
  std::optional<deep_start> take_start();

  std::uint64_t oldest_position() const { return access_.log->oldest_position(); }
  std::uint64_t position_before(std::int64_t since_ns) const {
    return access_.log->position_before(since_ns);
  }

 private:
  struct shared;

  template <class Work>
  void give(Work work);

  const deep_access access_;
  const filter::filter wanted_;
  const std::shared_ptr<shared> shared_;
};

}  // namespace logio::hub
