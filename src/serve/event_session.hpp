/// One `POST /events` from its judged head to its outcome: the event into the ring and the store.
///
///     socket ─read─► request_body ─► the whole JSON ─► event_taking
///
/// An event is taken when it is in the ring: only then it is answered. One that finds the memory
/// for unfinished events full waits for room and is read no further; nothing of it is lost.
///
/// Ownership:      borrows lane, socket and deadline; the session that owns these owns it.
/// Thread safety:  belongs to its lane's thread.
/// Errors:         problem() tells them; peer_is_gone() when there is nobody to tell it.
/// Limits:         event_bytes_max; head_timeout without a byte; room_timeout without room. All
///                 that are being read hold a quarter of the hub's input_bytes_total together, at
///                 least room for one, and count into it; their Content-Length counts at once.
/// Source:         Marathon's http_callback subscriber; marathon-logger.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "body_reader.hpp"
#include "event_taking.hpp"
#include "lane.hpp"
#include "logio/serve/request_error.hpp"
#include "publish_request.hpp"
#include "request_body.hpp"

namespace logio::serve {

class event_session {
 public:
  static constexpr std::size_t event_bytes_max = event_taking::event_bytes_max;
  static constexpr std::chrono::seconds room_timeout{30};

  /// `begun` is what was read behind the head; `host` whom an event is from that names none.
  event_session(lane& owner, net::tcp_socket& socket, net::deadline& deadline,
                body_request request, std::string begun, std::string host);
  event_session(const event_session&) = delete;
  ~event_session();

  /// Completes when the event is taken, or will not be.
  net::task<> run();

  /// Nothing: the event is taken. REQUIRES: run() has completed.
  const std::optional<request_error>& problem() const noexcept { return problem_; }
  bool peer_is_gone() const noexcept { return gone_; }

 private:
  net::task<bool> read_body();
  net::task<bool> read_more();
  net::task<bool> hold(std::size_t bytes);
  bool try_hold(std::int64_t more) noexcept;
  void fail(unsigned status, request_fault code, std::string message, std::string hint);

  lane& lane_;
  const body_request request_;
  const std::string begun_;
  const std::string host_;
  body_reader reader_;
  request_body body_;
  std::string json_;
  std::size_t held_bytes_ = 0;  // what of the hub's input_bytes_total is this one's
  std::optional<request_error> problem_;
  bool gone_ = false;
};

/// What is said of a longer event.
inline constexpr std::string_view long_event_hint = "Marathon's events are shorter; this is none.";

}  // namespace logio::serve
