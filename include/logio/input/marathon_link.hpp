/// The hub's side of Marathon: registers for its callbacks, or reads its event stream, for ever.
///
///     list ─ok─► subscribe if absent ─► registered: look again each `check`
///       └absent, or no callback URL ─► GET /v2/events: streaming ─► its events to marathon_events
///     whatever fails ─► back-off ─► the next node
///
/// When events could not be received for a time, that is told as soon as they can be again, since
/// Marathon does not repeat any. What another run of the hub left registered is taken over. What
/// means the same place in another form is removed: it would bring each event twice. At the end
/// the registration is removed.
///
/// Ownership:      owns its thread; borrows the events' taker, which must outlive it.
/// Thread safety:  status() and stop() on any thread, all else on the owner's.
/// Errors:         none leave it: they are logged when they change, counted, and told by status().
/// Limits:         an event of 16 MiB; one request at a time, each within options.timeout.
/// Source:         README, "Marathon's events"; Marathon's REST API.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "logio/input/marathon_options.hpp"

namespace logio::input {

/// Where events go.
class marathon_events {
 public:
  virtual ~marathon_events() = default;

  /// Waits until the event is in the hub's hands; otherwise why it cannot be. Events with the same
  /// number of a connection came by the same one. `host` is of who names none.
  virtual std::optional<std::string> take(std::string json, const std::string& host,
                                          std::uint64_t connection) = 0;

  /// No event could be received in between.
  virtual void interrupted(std::int64_t from_ns, std::int64_t to_ns, const std::string& why,
                           const std::string& host) = 0;

  /// When the newest was taken, by whatever way, also in an earlier run; 0: it is not known.
  virtual std::int64_t newest_ns() const = 0;
};

enum class marathon_state : std::uint8_t { connecting, registered, streaming, back_off, stopped };

struct marathon_status {
  marathon_state state = marathon_state::connecting;
  std::int64_t since_ns = 0;  ///< of that state
  std::string address;        ///< who answered last; empty: nobody has
  std::string why_stream;     ///< why there are no callbacks; empty: there are, or it is not known
  std::string last_error;     ///< empty: there was none
  std::int64_t last_error_ns = 0;
  std::uint64_t errors = 0, interruptions = 0, heartbeats = 0, registrations = 0;
  std::uint64_t refused_events = 0;  ///< of the stream: too long, or no JSON
};

class marathon_link {
 public:
  /// `folder`, when not empty, keeps in `FOLDER/marathon` until when events could be received, so
  /// that the time in which the hub did not run is told, too. REQUIRES: options.nodes not empty.
  marathon_link(marathon_options options, marathon_events& to, std::string folder);
  marathon_link(const marathon_link&) = delete;
  ~marathon_link();

  void start();

  /// Ends the conversation and removes the registration, until `latest`; then calls `done` once, on
  /// whatever thread. To be called once.
  void stop(std::chrono::steady_clock::time_point latest, std::function<void()> done);

  marathon_status status() const;

 private:
  class body;
  std::unique_ptr<body> body_;
};

}  // namespace logio::input
