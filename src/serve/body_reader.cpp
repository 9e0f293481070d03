#include "body_reader.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>

#include <array>

#include "logio/net/sockets.hpp"

namespace logio::serve {
namespace {

constexpr unsigned reads_at_end_max = 64;

}  // namespace

body_reader::body_reader(lane& owner, net::tcp_socket& socket, net::deadline& deadline)
    : upload(owner), lane_(owner), socket_(socket), deadline_(deadline) {}

void body_reader::end() noexcept {
  ending_ = true;
  error_code ignored;
  if (waiting_) socket_.cancel(ignored);
}

bool body_reader::say_continue() {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::array<iovec, 1> pieces = {iovec{const_cast<char*>(go_on.data()), go_on.size()}};
  const auto written = net::write_some(socket_.native_handle(), pieces);
  // The connection's buffer is empty: what does not fit has nobody to go to.
  return written && *written == go_on.size();
}

net::task<body_reader::outcome> body_reader::read() {
  if (full_read_) {  // more is there: the others have their turn first
    co_await asio::post(lane_.get_executor(), net::use_task);
  }
  for (;;) {
    co_await lane_.uploads_room().wait_ready();
    const auto room = lane_.uploads_room().read_room();
    const auto read = net::read_some(socket_.native_handle(), room);
    const bool nothing = !read && read.error() == boost::system::errc::operation_would_block;
    // When the hub leaves, what has come is taken; a peer that never stops does not hold it up.
    if (ending_ && (nothing || ++reads_at_end_ > reads_at_end_max)) co_return outcome::leaving;
    if (nothing) {
      const outcome waited = co_await wait_readable();
      if (waited != outcome::bytes) co_return waited;
      continue;
    }
    if (!read) co_return outcome::gone;
    if (*read == 0) co_return outcome::ended;
    full_read_ = *read == room.size();
    bytes_ = {room.data(), *read};
    co_return outcome::bytes;
  }
}

net::task<body_reader::outcome> body_reader::wait_readable() {
  deadline_.arm(lane_.options().head_timeout);
  waiting_ = true;
  const auto [error] =
      co_await socket_.async_wait(net::tcp_socket::wait_read, asio::as_tuple(net::use_task));
  waiting_ = false;
  const bool late = deadline_.has_expired();
  deadline_.disarm();
  if (!error || ending_) co_return outcome::bytes;
  if (late) co_return outcome::silent;
  co_return outcome::gone;
}

}  // namespace logio::serve
