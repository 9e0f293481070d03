/// What becomes of one event that is there as a whole: a record in the ring, then an event in the
/// store.
///
///     JSON ─► marathon_decoder ─► repeated? ─► batch ─► ring ─► event_store
///             (long: worker)
///
/// Ownership:      borrows its lane; owns the event.
/// Thread safety:  belongs to its lane's thread; a long event is decoded on the server's worker
///                 while this waits.
/// Errors:         problem(): it was not taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lane.hpp"
#include "logio/serve/event_input.hpp"
#include "logio/serve/request_error.hpp"
#include "open_topics.hpp"

namespace logio::serve {

class event_taking {
 public:
  static constexpr std::size_t event_bytes_max = std::size_t{16} << 20;

  explicit event_taking(lane& owner) : lane_(owner), topics_(owner.hub().topics()) {}

  /// Completes when the event is taken, or will not be. Takes what it is given for its own, and
  /// borrows the rest until then.
  net::task<> run(event_input& event);

  const std::optional<request_error>& problem() const noexcept { return problem_; }
  /// It was here before, by another connection.
  bool is_repeated() const noexcept { return repeated_; }

 private:
  net::task<bool> decode(received_event& event);
  net::task<bool> publish(const received_event* received);
  void fit();
  void fail(unsigned status, request_fault code, std::string message, std::string hint);

  lane& lane_;
  open_topics topics_;
  wire::marathon_event record_;
  std::int64_t arrival_ns_ = 0;
  std::optional<request_error> problem_;
  bool repeated_ = false;
};

/// Takes what came by another way than a request, and answers.
net::task<> take_event(lane& owner, event_input event, event_answer answer);

}  // namespace logio::serve
