/// The names under which the program uses Asio.
///
/// Every object belongs to one single-threaded io_context, so the executor type is the concrete
/// one: no type-erased calls, no reference counts, and a coroutine cannot hop to another thread.
///
/// Asio is `asio` here and not `net`, the alias of Boost's own examples: `net` is this module.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>

namespace logio {

namespace asio = boost::asio;

namespace net {

using executor = asio::io_context::executor_type;

template <class T = void>
using task = asio::awaitable<T, executor>;

/// Spell `asio::as_tuple(use_task)` where failure is expected.
inline constexpr asio::use_awaitable_t<executor> use_task{};

using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;
using clock = std::chrono::steady_clock;
using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor>;

}  // namespace net
}  // namespace logio
