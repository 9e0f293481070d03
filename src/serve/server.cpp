#include "logio/serve/server.hpp"

#include <sys/socket.h>

#include <string_view>
#include <utility>

#include "lane.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t refusals_max = 64;

constexpr std::string_view overload_answer =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Retry-After: 1\r\nConnection: close\r\n\r\n"
    "error: the hub has as many connections as it may have\n"
    "Try again later, or raise --connections-max or the limit of open files.\n";

}  // namespace

server::server(hub::hub& h, const server_options& options, net::connection_limit& limit)
    : hub_(h),
      options_(options),
      limit_(limit),
      state_(std::make_unique<server_state>(limit, options_.events_max, options_.events_folder)),
      refusals_(refusals_max) {
  for (std::size_t i = 0; i < h.shard_count(); ++i) {
    lanes_.push_back(std::make_unique<lane>(h, h.at(i), options_, *state_, lanes_));
  }
}

// What the worker still does is about bodies that lanes know of.
server::~server() { state_->worker.join(); }

readiness& server::ready() noexcept { return state_->ready; }

void server::accept(net::accepted connection, port_kind port) {
  connection.ticket = limit_.try_acquire();
  const bool over_limit = !connection.ticket;
  if (over_limit) connection.ticket = refusals_.try_acquire();
  if (!connection.ticket) return refuse(connection);
  lane& l = *lanes_[next_lane_.fetch_add(1, std::memory_order_relaxed) % lanes_.size()];
  l.post_session({std::move(connection), over_limit, port == port_kind::events});
}

// All on one lane: two that are on their way together keep their order.
void server::take(event_input event, event_answer answer) {
  lanes_.front()->post_event(std::move(event), std::move(answer));
}

std::int64_t server::newest_event_ns() const noexcept {
  return state_->event_numbers.newest_ns();
}

void server::refuse(const net::accepted& connection) noexcept {
  // relaxed: a number, and nothing else hangs on it
  state_->turned_away.fetch_add(1, std::memory_order_relaxed);
  const int fd = connection.socket.get();
  const ssize_t ignored =
      ::send(fd, overload_answer.data(), overload_answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  static_cast<void>(ignored);
  ::shutdown(fd, SHUT_WR);
}

void server::end_uploads(std::size_t thread) { lanes_[thread]->end_uploads(); }

bool server::uploads_ended(std::size_t thread) const noexcept {
  return lanes_[thread]->uploads_ended();
}

void server::drain(std::function<void()> done) {
  drained_ = std::move(done);
  draining_lanes_ = lanes_.size();
  for (auto& l : lanes_) {
    l->post_drain([this] {
      if (draining_lanes_.fetch_sub(1) == 1) end_sessions();
    });
  }
}

/// Only now: until the last stream has ended, whoever is connected may ask how the hub is.
void server::end_sessions() {
  draining_lanes_ = lanes_.size();
  for (auto& l : lanes_) {
    l->post_end_sessions([this] {
      if (draining_lanes_.fetch_sub(1) == 1) drained_();
    });
  }
}

void server::close() {
  for (auto& l : lanes_) l->post_close();
}

}  // namespace logio::serve
