#include "logio/input/publisher_set.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "logio/base/log.hpp"
#include "logio/hub/hub.hpp"
#include "logio/net/sockets.hpp"
#include "logio/wire/publish_answer.hpp"
#include "publisher_session.hpp"

namespace logio::input {

publisher_set::publisher_set(hub::shard& shard, const publisher_options& options)
    : shard_(shard),
      options_(options),
      buffer_(std::make_unique_for_overwrite<char[]>(read_bytes)),
      batch_(batch_bytes(shard.owner().options().subscriber_queue_bytes,
                         shard.owner().options().ring_bytes)),
      timer_(shard.get_executor()) {}

publisher_set::~publisher_set() { close_all(); }

void publisher_set::add(net::accepted connection) {
  auto socket = net::adopt(shard_.get_executor(), std::move(connection.socket));
  if (!socket) {
    base::log(base::log_level::warn, {"input", net::to_string(connection.peer)},
              "connection lost: {}", socket.error().message());
    return;
  }
  auto session =
      std::make_shared<publisher_session>(*this, std::move(*socket), std::move(connection));
  sessions_.insert(session);
  shard_.counters().publishers.add(1);
  session->start();
}

void publisher_set::remove(publisher_session& session) {
  shard_.counters().publishers.subtract(sessions_.erase(session.shared_from_this()));
}

/// One is enough: it holds at least as much as whoever has just gone over the total.
void publisher_set::shed_input() {
  publisher_session* most = nullptr;
  for (const auto& session : sessions_) {
    if (!session->is_reading()) continue;
    if (most == nullptr || session->held_bytes() > most->held_bytes()) most = session.get();
  }
  if (most == nullptr || most->held_bytes() <= held_bytes_small) return;
  const auto keep = most->shared_from_this();
  most->give_up_input();
}

void publisher_set::drain() {
  for (const auto& session : std::vector(sessions_.begin(), sessions_.end())) session->drain();
}

bool publisher_set::drained() const noexcept {
  return std::none_of(sessions_.begin(), sessions_.end(),
                      [](const auto& session) { return session->is_reading(); });
}

void publisher_set::close_all() {
  for (const auto& session : std::vector(sessions_.begin(), sessions_.end())) session->close();
}

publisher_set::deadlines::iterator publisher_set::add_deadline(publisher_session& session,
                                                               std::chrono::milliseconds in) {
  const auto at = deadlines_.emplace(std::chrono::steady_clock::now() + in, &session);
  arm_timer();
  return at;
}

void publisher_set::arm_timer() {
  if (deadlines_.empty() || armed_for_ <= deadlines_.begin()->first) return;
  armed_for_ = deadlines_.begin()->first;
  // Deadlines are coarse: one timer, at most a hundred times a second, serves all of them.
  timer_.expires_at(std::max(armed_for_, std::chrono::steady_clock::now() +
                                             std::chrono::milliseconds(10)));
  timer_.async_wait([this](const error_code& ec) {
    if (ec) return;
    armed_for_ = time_point::max();
    expire();
  });
}

void publisher_set::expire() {
  const auto now = std::chrono::steady_clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    publisher_session* session = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    session->expire();
  }
  arm_timer();
}

void turn_away(const net::accepted& connection, wire::publish_error why, std::string message) {
  wire::refusal refusal;
  refusal.error = why;
  refusal.message = std::move(message);
  refusal.closes = true;
  std::string line;
  wire::append_error(line, refusal);
  base::log(base::log_level::warn, {"input", net::to_string(connection.peer)},
            "turned away: {}: {}", wire::code(why), refusal.message);
  // The answer fits an empty socket buffer. Reading what has come keeps the close from being a
  // reset that would take the answer with it.
  char sink[4096];
  const int fd = connection.socket.get();
  if (::send(fd, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return;
  ::shutdown(fd, SHUT_WR);
  for (int reads = 0; reads < 16 && ::recv(fd, sink, sizeof sink, MSG_DONTWAIT) > 0; ++reads) {
  }
}

}  // namespace logio::input
