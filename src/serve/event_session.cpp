#include "event_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "event_taking.hpp"
#include "logio/base/quantity.hpp"

namespace logio::serve {
namespace {

constexpr auto room_interval = std::chrono::milliseconds(20);

}  // namespace

event_session::event_session(lane& owner, net::tcp_socket& socket, net::deadline& deadline,
                             body_request request, std::string begun, std::string host)
    : lane_(owner),
      request_(std::move(request)),
      begun_(std::move(begun)),
      host_(std::move(host)),
      reader_(owner, socket, deadline),
      body_(request_.content_length) {}

event_session::~event_session() {
  const auto held = static_cast<std::int64_t>(held_bytes_);
  lane_.hub().hold_input(-held);
  // relaxed: a number, and nothing else hangs on it
  lane_.server().event_bytes.fetch_sub(held, std::memory_order_relaxed);
}

net::task<> event_session::run() {
  if (request_.expects_continue && begun_.empty()) gone_ = !reader_.say_continue();
  if (gone_ || !co_await read_body()) co_return;
  event_taking taking(lane_);
  event_input event = received_event{std::move(json_), host_};
  co_await taking.run(event);
  problem_ = taking.problem();
}

/// False: it has no end, and problem() or peer_is_gone() says why.
net::task<bool> event_session::read_body() {
  const auto length = static_cast<std::size_t>(request_.content_length.value_or(0));
  if (!co_await hold(length)) co_return false;
  body_.give(begun_);
  for (;;) {
    request_body::state state{};
    std::string_view piece;
    while ((state = body_.next(piece)) == request_body::state::piece) {
      const std::size_t size = json_.size() + piece.size();
      if (size > event_bytes_max) {
        fail(413, request_fault::too_large,
             fmt::format("the event has more than {}", base::format_size(event_bytes_max)),
             std::string(long_event_hint));
        co_return false;
      }
      if (size <= held_bytes_) {
        json_ += piece;
        continue;
      }
      // While this one waits for room, others read into the buffer in which the piece lies.
      const std::string kept(piece);
      body_.keep();
      if (!co_await hold(std::min(std::max(size, 2 * held_bytes_), event_bytes_max))) {
        co_return false;
      }
      json_ += kept;
    }
    if (state == request_body::state::complete) co_return true;
    if (state == request_body::state::failed) {
      fail(400, request_fault::bad_body, body_.error(), "Send the event again.");
      co_return false;
    }
    if (!co_await read_more()) co_return false;
  }
}

/// Makes room for an event of `bytes`; false: there was none in time.
net::task<bool> event_session::hold(std::size_t bytes) {
  const auto more = static_cast<std::int64_t>(bytes - held_bytes_);
  net::timer pause(lane_.get_executor());
  for (auto waited = room_interval * 0; !try_hold(more); waited += room_interval) {
    if (waited >= room_timeout || lane_.draining()) {
      fail(503, request_fault::too_many,
           "other events that are being read leave no room for this one",
           "Send it again in a moment, or raise --input-bytes-total.");
      co_return false;
    }
    pause.expires_after(room_interval);
    co_await pause.async_wait(net::use_task);
  }
  held_bytes_ = bytes;
  json_.reserve(bytes);
  co_return true;
}

bool event_session::try_hold(std::int64_t more) noexcept {
  const std::size_t total = lane_.hub().options().input_bytes_total;
  const auto most = static_cast<std::int64_t>(std::max(total / 4, event_bytes_max));
  std::atomic<std::int64_t>& all = lane_.server().event_bytes;
  // relaxed, as above
  if (all.fetch_add(more, std::memory_order_relaxed) + more <= most) {
    if (lane_.hub().hold_input(more)) return true;
    lane_.hub().hold_input(-more);
  }
  all.fetch_sub(more, std::memory_order_relaxed);
  return false;
}

/// False: there is no more to read.
net::task<bool> event_session::read_more() {
  using outcome = body_reader::outcome;
  const outcome did = co_await reader_.read();
  switch (did) {
    case outcome::bytes: body_.give(reader_.bytes()); co_return true;
    case outcome::ended:
      fail(400, request_fault::bad_body,
           fmt::format("the body ends after {} bytes, and is not complete", json_.size()),
           "Send the event again.");
      break;
    case outcome::silent:
      fail(408, request_fault::timed_out,
           "no byte of the body came for " + base::format_duration(lane_.options().head_timeout),
           "Send the event again.");
      break;
    case outcome::leaving:
      fail(503, request_fault::shutting_down, "the hub is shutting down",
           "Send the event again in a moment.");
      break;
    case outcome::gone: gone_ = true; break;
  }
  co_return false;
}

void event_session::fail(unsigned status, request_fault code, std::string message,
                         std::string hint) {
  problem_ = make_error(status, code, std::move(message), std::move(hint));
}

}  // namespace logio::serve
