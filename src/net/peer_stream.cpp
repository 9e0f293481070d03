#include "logio/net/peer_stream.hpp"

#include <fmt/core.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "logio/base/result.hpp"
#include "logio/net/sockets.hpp"
#include "net/io_progress.hpp"
#include "net/name_lookup.hpp"
#include "net/peer_text.hpp"
#include "net/socket_reason.hpp"
#include "net/tls_client.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Acknowledgements cannot be waited for, only asked for: soon at first, for a near peer.
constexpr auto acknowledgement_poll_first = 1ms, acknowledgement_poll_last = 16ms;
constexpr auto close_wait = 100ms;
/// A peer that has asked for our certificate, and says nothing for so long, has accepted it.
constexpr auto verdict_wait = 2s;
constexpr int discards_max = 64;  // reads of what the peer has no reason to send

/// A connection to a free port of one's own machine can meet itself: its own port was picked for
/// it. It would acknowledge everything, and nobody would ever read it.
bool is_connected_to_itself(int fd) noexcept {
  sockaddr_storage here{}, there{};
  socklen_t here_bytes = sizeof here, there_bytes = sizeof there;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&here), &here_bytes) == 0 &&
         ::getpeername(fd, reinterpret_cast<sockaddr*>(&there), &there_bytes) == 0 &&
         here_bytes == there_bytes && std::memcmp(&here, &there, here_bytes) == 0;
}

int pending_error(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

peer_stream::peer_stream(std::string host, std::uint16_t port, std::optional<peer_tls_options> tls)
    : host_(std::move(host)),
      address_(peer_text(host_, port)),
      tls_options_(std::move(tls)),
      lookup_(std::make_unique<name_lookup>(host_, port, SOCK_STREAM)) {}

peer_stream::~peer_stream() = default;

bool peer_stream::connect(deadline_time deadline) {
  LOGIO_ASSERT(!connected(), "a connection is closed before the next");
  error_.clear();
  broken_ = false;
  written_bytes_ = 0;
  return connect_to_any(deadline);
}

bool peer_stream::connect_to_any(deadline_time deadline) {
  std::string why;
  if (!lookup_->run(interruption_, deadline)) {
    why = lookup_->error();
  } else {
    const auto& addresses = lookup_->addresses();
    for (std::size_t left = addresses.size(); left > 0; --left) {
      const auto now = steady_clock::now();
      const auto share = now + std::max(deadline - now, steady_clock::duration(0)) / left;
      std::string reason;
      if (connect_one(addresses[addresses.size() - left], share, reason)) return true;
      // Who got as far as TLS has more to tell than who did not answer.
      if (why.empty() || tls_) why = reason;
      tls_.reset();
      fd_.reset();
      if (interruption_.raised()) break;
    }
    if (addresses.size() > 1) why += fmt::format(" ({} addresses tried)", addresses.size());
  }
  error_ = fmt::format("cannot connect to {}: {}", address_, why);
  return false;
}

bool peer_stream::connect_one(const found_address& where, deadline_time deadline,
                              std::string& why) {
  fd_ = unique_fd(::socket(where.name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int error = fd_ && ::connect(fd_.get(), where.get(), where.bytes) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    switch (interruption_.wait(fd_.get(), POLLOUT, deadline)) {
      case interruption::waited::ready: error = pending_error(fd_.get()); break;
      case interruption::waited::timed_out: error = ETIMEDOUT; break;
      case interruption::waited::interrupted: why = "interrupted"; return false;
    }
  }
  if (error == 0 && is_connected_to_itself(fd_.get())) {
    reset_on_close(fd_.get());
    error = ECONNREFUSED;
  }
  if (error != 0) {
    why = socket_reason(error);
    return false;
  }
  set_stream_options(fd_.get());
  return !tls_options_ || shake_hands(deadline, why);
}

/// Whether the peer lets us in: one that does sends a session ticket, mostly, and one that does not
/// an alert, behind our end of the handshake.
bool peer_stream::is_accepted(deadline_time deadline, std::string& why) {
  const deadline_time end = std::min<deadline_time>(deadline, steady_clock::now() + verdict_wait);
  switch (interruption_.wait(fd_.get(), POLLIN, end)) {
    case interruption::waited::ready: break;
    case interruption::waited::timed_out: return true;
    case interruption::waited::interrupted: why = "interrupted"; return false;
  }
  switch (tls_->look()) {
    case io_state::failed: why = tls_->error(); return false;
    case io_state::ended:
      why = "the peer closed the connection behind the TLS handshake: it may want another "
            "certificate of ours (cert_file and key_file)";
      return false;
    default: return true;
  }
}

bool peer_stream::shake_hands(deadline_time deadline, std::string& why) {
  tls_ = std::make_unique<tls_client>(*tls_options_, host_, fd_.get());
  if (!tls_->error().empty()) {
    why = tls_->error();
    return false;
  }
  for (;;) {
    const io_state state = tls_->shake_hands();
    if (state == io_state::done) return !tls_->awaits_verdict() || is_accepted(deadline, why);
    if (state == io_state::failed) {
      why = tls_->error();
      return false;
    }
    if (state == io_state::ended) {
      why = "the peer closed the connection during the TLS handshake";
      return false;
    }
    const short events = state == io_state::wants_read ? POLLIN : POLLOUT;
    switch (interruption_.wait(fd_.get(), events, deadline)) {
      case interruption::waited::ready: break;
      case interruption::waited::timed_out:
        why = "no answer to the TLS handshake in time";
        return false;
      case interruption::waited::interrupted: why = "interrupted"; return false;
    }
  }
}

bool peer_stream::still_open() {
  if (!connected() || broken_) return false;
  std::array<char, 4096> unread;
  for (int i = 0; i < discards_max; ++i) {
    const io_progress got = read_now(unread);
    if (got.what == io_state::done) continue;
    return got.what == io_state::wants_read || got.what == io_state::wants_write || fail(got.what);
  }
  return true;
}

bool peer_stream::write_all(std::string_view bytes, deadline_time deadline) {
  LOGIO_ASSERT(connected(), "only a connection can be written to");
  if (broken_) return false;
  while (!bytes.empty()) {
    const io_progress put = write_now(bytes);
    if (put.what == io_state::done) {
      written_bytes_ += put.bytes;
      bytes.remove_prefix(put.bytes);
      if (interruption_.raised()) return fail("interrupted");
    } else if (put.what == io_state::ended || put.what == io_state::failed) {
      return fail(put.what);
    } else if (!wait(put.what, deadline, "the peer takes no more bytes")) {
      return false;
    }
  }
  return true;
}

std::optional<std::size_t> peer_stream::read_some(std::span<char> into, deadline_time deadline) {
  LOGIO_ASSERT(connected(), "only a connection can be read from");
  while (!broken_) {
    const io_progress got = read_now(into);
    if (got.what == io_state::done) return got.bytes;
    if (got.what == io_state::ended) return 0;
    if (got.what == io_state::failed) {
      fail(got.what);
    } else {
      wait(got.what, deadline, "the peer does not answer");
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> peer_stream::read_available(std::span<char> into) {
  LOGIO_ASSERT(connected(), "only a connection can be read from");
  if (broken_) return std::nullopt;
  const io_progress got = read_now(into);
  switch (got.what) {
    case io_state::done: return got.bytes;
    case io_state::wants_read:
    case io_state::wants_write: return 0;
    case io_state::ended:
    case io_state::failed: break;
  }
  fail(got.what);
  return std::nullopt;
}

bool peer_stream::wait_readable(deadline_time deadline) {
  LOGIO_ASSERT(connected(), "only a connection can be waited for");
  if (broken_ || (tls_ && tls_->has_buffered())) return true;
  return interruption_.wait(fd_.get(), POLLIN, deadline) != interruption::waited::timed_out;
}

bool peer_stream::await_acknowledged(deadline_time deadline) {
  auto step = acknowledgement_poll_first;
  for (;;) {
    const bool open = still_open();  // first: what came before its end is counted below
    const std::uint64_t missing = written_bytes_ - acknowledged_bytes();
    if (missing == 0) return true;
    if (!open) return false;
    const auto now = steady_clock::now();
    if (now >= deadline) {
      return fail(fmt::format("the peer has not acknowledged {} bytes in time", missing));
    }
    if (interruption_.wait(fd_.get(), POLLIN | POLLRDHUP,
                           std::min<deadline_time>(now + step, deadline)) ==
        interruption::waited::interrupted) {
      return fail("interrupted");
    }
    step = std::min(2 * step, acknowledgement_poll_last);
  }
}

std::uint64_t peer_stream::acknowledged_bytes() noexcept {
  int queued = 0;
  if (!connected() || ::ioctl(fd_.get(), SIOCOUTQ, &queued) != 0 || queued < 0) return 0;
  const auto unacknowledged = static_cast<std::uint64_t>(queued);
  if (tls_) return tls_->acknowledged_bytes(unacknowledged);
  return written_bytes_ - std::min(unacknowledged, written_bytes_);
}

void peer_stream::close() noexcept {
  if (connected()) {
    if (tls_ && !broken_) tls_->close_notify();
    ::shutdown(fd_.get(), SHUT_WR);
    const auto deadline = broken_ ? steady_clock::now() : steady_clock::now() + close_wait;
    std::array<char, 4096> unread;
    for (int i = 0; i < discards_max; ++i) {
      const auto got = net::read_some(fd_.get(), unread);
      if (got && *got == 0) break;
      if (got) continue;
      if (got.error() != boost::system::errc::operation_would_block ||
          interruption_.wait(fd_.get(), POLLIN, deadline) != interruption::waited::ready) {
        break;
      }
    }
  }
  tls_.reset();
  fd_.reset();
}

bool peer_stream::wait(io_state wanted, deadline_time deadline, std::string_view doing) {
  const short events = wanted == io_state::wants_read ? POLLIN : POLLOUT;
  switch (interruption_.wait(fd_.get(), events, deadline)) {
    case interruption::waited::ready: return true;
    case interruption::waited::interrupted: return fail("interrupted");
    case interruption::waited::timed_out: break;
  }
  return fail(fmt::format("timed out: {}", doing));
}

io_progress peer_stream::write_now(std::string_view bytes) {
  if (tls_) return tls_->write(bytes);
  const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  const auto sent = write_some(fd_.get(), {&piece, 1});
  if (!sent) {
    error_ = socket_reason(sent.error().value());
    return {io_state::failed};
  }
  return *sent == 0 ? io_progress{io_state::wants_write} : io_progress{io_state::done, *sent};
}

io_progress peer_stream::read_now(std::span<char> into) {
  if (tls_) return tls_->read(into);
  const auto got = net::read_some(fd_.get(), into);
  if (got) return *got == 0 ? io_progress{io_state::ended} : io_progress{io_state::done, *got};
  if (got.error() == boost::system::errc::operation_would_block) return {io_state::wants_read};
  error_ = socket_reason(got.error().value());
  return {io_state::failed};
}

bool peer_stream::fail(std::string_view what) {
  error_ = fmt::format("{}: {}", address_, what);
  broken_ = true;
  return false;
}

bool peer_stream::fail(io_state what) {
  if (what == io_state::ended) return fail("the peer closed the connection");
  return fail(tls_ ? std::string(tls_->error()) : std::string(error_));
}

}  // namespace logio::net
