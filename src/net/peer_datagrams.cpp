#include "logio/net/peer_datagrams.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "logio/base/result.hpp"
#include "net/name_lookup.hpp"
#include "net/peer_text.hpp"
#include "net/socket_reason.hpp"

namespace logio::net {
namespace {

std::string datagram_reason(int error) {
  return error == ECONNREFUSED ? "nobody listens there (the peer's machine refused a datagram)"
                               : socket_reason(error);
}

}  // namespace

peer_datagrams::peer_datagrams(std::string host, std::uint16_t port)
    : address_(peer_text(host, port)),
      lookup_(std::make_unique<name_lookup>(std::move(host), port, SOCK_DGRAM)) {}

peer_datagrams::~peer_datagrams() = default;

bool peer_datagrams::open(deadline_time deadline) {
  LOGIO_ASSERT(!is_open(), "a way to a peer is closed before the next");
  error_.clear();
  if (!lookup_->run(interruption_, deadline)) {
    fail(lookup_->error());
    return false;
  }
  int error = 0;
  const auto& all = lookup_->addresses();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const found_address& at = all[(i + refused_) % all.size()];
    unique_fd fd(::socket(at.name.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd && ::connect(fd.get(), at.get(), at.bytes) == 0) {
      fd_ = std::move(fd);
      return true;
    }
    error = errno;
  }
  fail(socket_reason(error));
  return false;
}

peer_datagrams::sent peer_datagrams::send(std::span<const iovec> pieces, deadline_time deadline) {
  LOGIO_ASSERT(is_open(), "only an open way can be sent on");
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  for (;;) {
    if (::sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return sent::handed;
    if (errno == EINTR) continue;
    if (errno == EMSGSIZE) return sent::too_long;
    if (errno != EAGAIN) {
      ++refused_;
      fail(datagram_reason(errno));
      return sent::failed;
    }
    switch (interruption_.wait(fd_.get(), POLLOUT, deadline)) {
      case interruption::waited::ready: continue;
      case interruption::waited::interrupted: fail("interrupted"); return sent::failed;
      case interruption::waited::timed_out: break;
    }
    fail("timed out: the kernel takes no more datagrams");
    return sent::failed;
  }
}

bool peer_datagrams::refused() {
  int error = 0;
  socklen_t size = sizeof error;
  if (!is_open() || ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return false;
  if (error == 0) return false;
  ++refused_;
  fail(datagram_reason(error));
  return true;
}

void peer_datagrams::fail(std::string_view why) {
  error_ = address_ + ": " + std::string(why);
}

}  // namespace logio::net
