/// What the kernel is asked about sockets beyond Asio's own interface.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "logio/base/result.hpp"
#include "logio/net/executor.hpp"
#include "logio/net/unique_fd.hpp"

namespace logio::net {

/// Keepalive finds the dead: the first probe after 60 s of silence, four of them 15 s apart.
struct keepalive {
  static constexpr int idle_s = 60;
  static constexpr int interval_s = 15;
  static constexpr int idle_half_closed_s = 15;
  static constexpr int probes = 4;
};

/// Sets TCP_NODELAY and keepalive. What a listening socket has, its accepted ones inherit.
error_code set_stream_options(int fd) noexcept;

/// For a peer that has ended its sending side: whether it only does not send, or is gone, shows
/// after 15 s of silence in place of 60. (Its kernel keeps up appearances for a minute.)
void probe_half_closed(int fd) noexcept;

/// What the kernel may hold of a stream to a near peer. Data that circulates in little memory stays
/// in the processor's cache; and a peer that stops reading pins this much and not what the kernel's
/// own tuning has grown to, megabytes.
struct near_peer {
  static constexpr std::chrono::microseconds round_trip_max{1000};
  static constexpr int send_buffer_bytes = 160 << 10;  // of payload: the kernel doubles it
};

/// Fixes the send buffer of a connection whose handshake took at most `round_trip_max`: in that
/// time 160 KiB are more than a gigabit per second. A farther peer, or one of which nothing is
/// known, keeps the kernel's tuning, for which the bound would be the speed limit. True: fixed.
bool bound_send_buffer(int fd, std::chrono::microseconds round_trip_max =
                                   near_peer::round_trip_max) noexcept;

/// Writes what fits now of the pieces, without waiting. 0: nothing fits.
result<std::size_t> write_some(int fd, std::span<const iovec> pieces) noexcept;

/// Reads what is there now, without waiting. `would_block`: nothing is; 0: the peer has ended its
/// side.
result<std::size_t> read_some(int fd, std::span<char> into) noexcept;

/// Bytes that were written to the socket and that the peer's kernel has not acknowledged yet.
/// 0 when the socket is gone.
std::size_t unacknowledged_bytes(int fd) noexcept;

/// Makes a reset of the coming close, so that nothing lingers in the kernel.
void reset_on_close(int fd) noexcept;

/// `10.0.0.7:52114`, `[2001:db8::1]:52114`; IPv4 in its own form also on a dual-stack socket.
std::string to_string(const tcp::endpoint& peer);

/// The same without the port, and without brackets.
std::string address_text(const tcp::endpoint& peer);

/// The protocol of the socket, as assign() wants it.
tcp protocol_of(int fd) noexcept;

/// A socket of `ex`'s thread from a connection accepted elsewhere.
result<tcp_socket> adopt(const executor& ex, unique_fd fd);

/// Raises the soft limit of open descriptors to the hard one; returns what is now allowed.
std::uint64_t raise_descriptor_limit() noexcept;

/// CPUs that this process may run on, at least 1.
unsigned usable_cpus() noexcept;

}  // namespace logio::net
