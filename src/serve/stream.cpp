#include "stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>

#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/quantity.hpp"
#include "logio/net/sockets.hpp"
#include "logio/serve/formats.hpp"
#include "match_hint.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t pieces_max = 64;
constexpr std::size_t chunk_bytes_max = std::size_t{256} << 10;
constexpr std::size_t turn_bytes_max = std::size_t{1} << 20;
constexpr std::uint32_t unasked_bytes_max = 64 << 10;
constexpr std::size_t forwarded_for_bytes_max = 256;
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

iovec as_iovec(std::string_view bytes) noexcept {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

/// `1f4\r\n`
std::string_view write_chunk_head(std::array<char, 20>& out, std::size_t bytes) noexcept {
  char* end = std::to_chars(out.data(), out.data() + out.size() - 2, bytes, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {out.data(), static_cast<std::size_t>(end - out.data())};
}

}  // namespace

stream::stream(lane& owner, net::tcp_socket socket, stream_start& start, std::uint64_t id)
    : lane_(owner),
      id_(id),
      socket_(std::move(socket)),
      peer_(start.connection.peer),
      ticket_(std::move(start.connection.ticket)),
      progress_at_(net::clock::now()),
      heartbeat_timer_(owner.deadlines(), [this] { send_heartbeat(); }),
      connected_ns_(base::unix_now_ns()),
      format_(start.request.format),
      chunked_(!start.head.http_1_0) {
  if (start.head.forwarded_for.empty()) return;
  forwarded_for_ = std::make_unique<const std::string>(
      start.head.forwarded_for.substr(0, forwarded_for_bytes_max));
}

std::string stream::describe(std::int64_t now_ns) const {
  const std::string remote = net::to_string(peer_);
  const std::string filter = subscription_ ? filter::to_query(subscription_->selection()) : "";
  subscriber_row row;
  row.id = id_;
  row.remote = remote;
  row.filter = filter;
  row.format = to_string(format_);
  if (forwarded_for_) row.forwarded_for = *forwarded_for_;
  row.connected_ns = connected_ns_;
  if (subscription_) {
    row.counts = subscription_->counts();
    row.unsent_since_ns = subscription_->unsent_since_ns();
    if (const auto at = subscription_->history_position()) {
      row.unread = lane_.hub().ring().end().position - *at;
    }
  }
  std::string out;
  append_subscriber(out, row, now_ns);
  return out;
}

void stream::start(const stream_start& start) {
  stream_answer answer;
  answer.content_type = content_type(start.request.format);
  answer.match_none = matches_only_in_part(start.request.wanted, lane_.hub().topics());
  subscription_ = lane_.shard().subscribe(
      start.request.wanted, lane_.encoder(start.request.format), *this, start.request.history);
  net::bound_send_buffer(socket_.native_handle());
  // Behind the record in front of the first one.
  answer.cursor = lane_.hub().cursor(subscription_->start_position() - 1);
  heartbeat_every_ = start.request.heartbeat;
  heartbeat_ = heartbeat_bytes(start.request.format);
  if (heartbeat_every_.count() != 0) heartbeat_timer_.arm(heartbeat_every_);
  lane_.count_answer(200);
  send_text(render_stream_head(answer, start.head, lane_.options().cors));
  watch_peer();
}

void stream::on_ready() noexcept {
  try {
    if (!rest_ && !failed_) pump();
  } catch (const std::exception& e) {
    fail_by(e);
  }
}

void stream::fail_by(const std::exception& e) noexcept {
  base::log(base::log_level::error, {"serve"}, "a stream ended by an exception: {}", e.what());
  fail();
}

/// Writes without waiting for the event loop, which may be busy with publishers.
void stream::on_backlog() noexcept {
  if (!rest_ || failed_ || closed_) return;
  try {
    write_rest();
  } catch (const std::exception& e) {
    fail_by(e);
  }
}

void stream::pump() {
  for (std::size_t bytes = 0; bytes < turn_bytes_max;) {
    lane_.pieces.clear();
    const std::size_t n = subscription_->take(lane_.pieces, pieces_max, chunk_bytes_max);
    if (n == 0) {
      if (ending_ || subscription_->finished()) finish();
      return;
    }
    if (!send_chunk(n)) return;
    subscription_->sent();
    bytes += n;
  }
  asio::post(lane_.get_executor(), [self = shared_from_this()] {
    if (!self->failed_ && !self->closed_ && !self->rest_) self->on_ready();
  });
}

/// True when the kernel has taken all of it.
bool stream::send_chunk(std::size_t body_bytes) {
  std::array<char, 20> room;
  auto& vectors = lane_.vectors;
  vectors.clear();
  std::size_t total = body_bytes;
  if (chunked_) {
    vectors.push_back(as_iovec(write_chunk_head(room, body_bytes)));
    total += vectors.back().iov_len + line_end.size();
  }
  for (const std::string_view piece : lane_.pieces) vectors.push_back(as_iovec(piece));
  if (chunked_) vectors.push_back(as_iovec(line_end));

  const auto accepted = net::write_some(socket_.native_handle(), vectors);
  if (!accepted) {
    fail();
    return false;
  }
  written_ += *accepted;
  if (*accepted == total) return true;
  rest_ = std::make_unique<rest>();
  rest_->vectors = vectors;
  if (chunked_) {
    rest_->chunk_head = room;
    rest_->vectors.front().iov_base = rest_->chunk_head.data();
  }
  advance_rest(*accepted);
  wait_writable();
  return false;
}

/// Sends bytes that are not the subscription's; what comes behind them waits in rest_.
void stream::send_text(std::string text) {
  rest_ = std::make_unique<rest>();
  rest_->own = std::move(text);
  rest_->vectors.push_back(as_iovec(rest_->own));
  write_rest();
}

void stream::write_rest() {
  const auto accepted = net::write_some(
      socket_.native_handle(), std::span(rest_->vectors).subspan(rest_->first));
  if (!accepted) return fail();
  written_ += *accepted;
  advance_rest(*accepted);
  if (rest_->first < rest_->vectors.size()) return wait_writable();
  rest_.reset();
  if (ended_) return fail();  // all is said
  if (subscription_->in_flight()) subscription_->sent();
  pump();
}

void stream::advance_rest(std::size_t bytes) noexcept {
  auto& vectors = rest_->vectors;
  std::size_t& first = rest_->first;
  while (first < vectors.size() && bytes >= vectors[first].iov_len) {
    bytes -= vectors[first++].iov_len;
  }
  if (bytes == 0) return;
  vectors[first].iov_base = static_cast<char*>(vectors[first].iov_base) + bytes;
  vectors[first].iov_len -= bytes;
}

void stream::wait_writable() {
  if (std::exchange(waits_writable_, true)) return;
  socket_.async_wait(net::tcp_socket::wait_write, [self = shared_from_this()](error_code error) {
    self->waits_writable_ = false;
    if (self->closed_ || self->failed_) return;
    if (error) return self->fail();
    if (self->rest_) self->write_rest();
  });
}

/// Says that the hub is there, unless bytes still wait to be taken by the kernel.
void stream::send_heartbeat() {
  if (closed_ || failed_ || ended_) return;
  heartbeat_timer_.arm(heartbeat_every_);
  if (rest_) return;
  std::string bytes(heartbeat_);
  if (chunked_) {
    std::array<char, 20> room;
    bytes.insert(0, write_chunk_head(room, heartbeat_.size()));
    bytes += line_end;
  }
  send_text(std::move(bytes));
}

void stream::end() {
  if (ending_ || closed_) return;
  ending_ = true;
  subscription_->stop();
  if (!rest_) on_ready();
}

void stream::finish() {
  if (ended_) return;
  ended_ = true;
  // Closing with unread bytes would make a reset of it, and cost the peer what is in flight.
  send_text(std::string(chunked_ ? last_chunk : std::string_view()));
}

void stream::watch_peer() {
  socket_.async_wait(net::tcp_socket::wait_read, [self = shared_from_this()](error_code error) {
    if (self->closed_ || self->failed_) return;
    if (error) return self->fail();
    self->read_peer();
  });
}

void stream::read_peer() {
  const auto read = net::read_some(socket_.native_handle(), lane_.read_room);
  if (!read) {
    const bool nothing = read.error() == boost::system::errc::operation_would_block;
    return nothing ? watch_peer() : fail();
  }
  if (*read == 0) {
    net::probe_half_closed(socket_.native_handle());
    return watch_reset();
  }
  unasked_bytes_ += static_cast<std::uint32_t>(*read);
  if (unasked_bytes_ > unasked_bytes_max) return watch_reset();  // leave the rest in the kernel
  watch_peer();
}

void stream::watch_reset() {
  socket_.async_wait(net::tcp_socket::wait_error, [self = shared_from_this()](error_code error) {
    if (self->closed_ || self->failed_) return;
    if (error) return self->fail();
    pollfd state{self->socket_.native_handle(), 0, 0};
    if (::poll(&state, 1, 0) > 0) return self->fail();
    self->watch_reset();
  });
}

void stream::check_progress(net::clock::time_point now) {
  if (closed_ || failed_) return;
  if (acknowledged_ != written_) {
    const std::uint64_t acknowledged =
        written_ - net::unacknowledged_bytes(socket_.native_handle());
    if (acknowledged <= acknowledged_) {
      if (now - progress_at_ < lane_.options().stuck_timeout) return;
      base::log(base::log_level::warn, {"serve", net::to_string(peer_)},
                "subscriber closed: it has acknowledged nothing for {}",
                base::format_duration(lane_.options().stuck_timeout));
      lane_.shard().counters().stuck_subscribers.add(1);
      net::reset_on_close(socket_.native_handle());
      return close();
    }
    acknowledged_ = acknowledged;
  }
  progress_at_ = now;
}

/// Closes in a later turn: the caller may be the dispatcher, under which nobody may leave a group.
void stream::fail() noexcept {
  if (failed_ || closed_) return;
  failed_ = true;
  asio::post(lane_.get_executor(), [self = shared_from_this()] { self->close(); });
}

void stream::close() noexcept {
  if (closed_) return;
  closed_ = true;
  const auto self = shared_from_this();
  const hub::subscription_counts counts =
      subscription_ ? subscription_->counts() : hub::subscription_counts();
  base::log(base::log_level::debug, {"serve", net::to_string(peer_)},
            "subscriber closed: sent={} dropped={} discarded={}", counts.sent, counts.dropped,
            counts.queued);
  subscription_.reset();
  heartbeat_timer_.disarm();
  error_code ignored;
  socket_.close(ignored);
  rest_.reset();
  lane_.remove(*this);
}

}  // namespace logio::serve
