#include "event_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/quantity.hpp"
#include "logio/wire/marathon_event.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t short_event_bytes = std::size_t{64} << 10;  // decoded on the I/O thread
constexpr auto room_interval = std::chrono::milliseconds(20);

std::string_view without_outer_space(std::string_view json) noexcept {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t first = json.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return json.substr(first, json.find_last_not_of(space) - first + 1);
}

}  // namespace

event_session::event_session(lane& owner, net::tcp_socket& socket, net::deadline& deadline,
                             body_request request, std::string begun, std::string host)
    : lane_(owner),
      request_(std::move(request)),
      begun_(std::move(begun)),
      host_(std::move(host)),
      reader_(owner, socket, deadline),
      body_(request_.content_length),
      topics_(owner.hub().topics()) {}

event_session::~event_session() {
  const auto held = static_cast<std::int64_t>(held_bytes_);
  lane_.hub().hold_input(-held);
  // relaxed: a number, and nothing else hangs on it
  lane_.server().event_bytes.fetch_sub(held, std::memory_order_relaxed);
}

net::task<> event_session::run() {
  if (request_.expects_continue && begun_.empty()) gone_ = !reader_.say_continue();
  if (gone_ || !co_await read_body()) co_return;
  const std::int64_t arrival_ns = base::unix_now_ns();
  wire::marathon_event event;
  std::optional<std::string> wrong;
  const auto decode = [&] {
    wire::marathon_decoder decoder({.line_bytes_max = lane_.options().line_bytes_max,
                                    .event_bytes_max = event_bytes_max});
    wrong = decoder.decode(json_, host_, arrival_ns, event);
  };
  if (json_.size() <= short_event_bytes) {
    decode();
  } else {
    co_await lane_.worker().run(lane_.get_executor(), decode);
  }
  if (wrong) {
    fail(400, request_fault::bad_body, std::move(*wrong), "Send one JSON value.");
    co_return;
  }
  co_await publish(std::move(event), arrival_ns);
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

net::task<> event_session::publish(wire::marathon_event event, std::int64_t arrival_ns) {
  upload_room& room = lane_.uploads_room();
  hub::hub& hub = lane_.hub();
  co_await room.wait_ready();
  const auto topic = topics_.open(event.topic, arrival_ns, hub.ring().end().chunk);
  if (!topic) {
    fail(503, request_fault::too_many,
         fmt::format("the hub has {} topics with publishers, its maximum",
                     hub.options().topics_max),
         "Publish to fewer topics, or raise --topics-max.");
    co_return;
  }
  const std::size_t room_bytes = hub.payload_bytes_max();
  if (record::stored_bytes(event.text.size(), event.fields.size()) > room_bytes) {
    base::log(base::log_level::warn, {"events"},
              "the fields of an event take {} bytes, and the ring has room for records of {}: the "
              "record goes without them. Raise --ring-bytes",
              event.fields.size(), room_bytes);
    event.fields.clear();
    event.head.fields_bytes = 0;
  }
  room.batch().append(event.head, event.text, event.fields);
  room.append(*topic, arrival_ns);
  co_await room.wait_ready();
  const std::string_view plain = without_outer_space(json_);
  if (plain.size() != json_.size()) json_ = std::string(plain);
  json_.shrink_to_fit();
  event_store& events = lane_.server().events;
  const auto add = [&] {
    events.add({std::move(json_), std::move(event.topic.app), std::move(event.type), arrival_ns});
  };
  // One at a time, also with several I/O threads.
  co_await lane_.worker().run(lane_.get_executor(), add);
}

void event_session::fail(unsigned status, request_fault code, std::string message,
                         std::string hint) {
  problem_ = make_error(status, code, std::move(message), std::move(hint));
}

}  // namespace logio::serve
