/// A server with a hub of two threads, asked over loopback connections.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "logio/hub/hub.hpp"
#include "logio/net/io_threads.hpp"
#include "logio/serve/server.hpp"
#include "net/support.hpp"

namespace logio::serve::testing {

/// An answer, read to the end of the connection.
struct got {
  unsigned status = 0;
  std::string head, body;  ///< the body without its chunks' heads
  bool complete = false;   ///< the body ended as it should

  bool has(std::string_view field) const {
    return head.find("\r\n" + std::string(field) + "\r\n") != std::string::npos;
  }
};

/// Undoes chunks as far as they came.
inline got parsed(std::string_view answer) {
  got out;
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == std::string_view::npos) return out;
  out.head = answer.substr(0, end + 2);
  out.status = static_cast<unsigned>(std::atoi(out.head.c_str() + sizeof "HTTP/1.1"));
  answer.remove_prefix(end + 4);
  if (!out.has("Transfer-Encoding: chunked")) {
    out.body = answer;
    out.complete = true;
    return out;
  }
  for (;;) {
    const std::size_t size_end = answer.find("\r\n");
    if (size_end == std::string_view::npos) return out;
    const auto size = std::strtoull(std::string(answer.substr(0, size_end)).c_str(), nullptr, 16);
    answer.remove_prefix(size_end + 2);
    if (size == 0 || answer.size() < size + 2) {
      out.complete = size == 0 && answer == "\r\n";
      return out;
    }
    out.body += answer.substr(0, size);
    answer.remove_prefix(size + 2);
  }
}

class served {
 public:
  explicit served(sink_board* sinks) {
    hub_ = std::move(*hub::hub::open(
        {.ring_bytes = std::size_t{8} << 20, .epoch = 0xab},
        {threads_.context(0).get_executor(), threads_.context(1).get_executor()}));
    server_options options;
    options.hub_host = "hub1";
    options.version = "1.2.3";
    options.sinks = sinks;
    server_ = std::make_unique<server>(*hub_, options, limit_);
    threads_.start();
  }
  served(const served&) = delete;
  ~served() {
    std::promise<void> ended;
    server_->drain([&] { ended.set_value(); });
    const auto done = ended.get_future();
    if (done.wait_for(std::chrono::seconds(60)) != std::future_status::ready) std::abort();
    threads_.stop();
  }

  /// Sends this, as if from the address `from`, and reads the answer.
  got ask_raw(std::string_view request, const char* from = "127.0.0.1") {
    return ask_over({}, request, from);
  }

  /// The same over this connection. Any thread: makes no assertions, which are for one alone.
  got ask_over(net::tcp_pair pair, std::string_view request, const char* from = "127.0.0.1") {
    const timeval patience{60, 0};
    ::setsockopt(pair.client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const boost::asio::ip::address address = boost::asio::ip::make_address(from);
    server_->accept({std::move(pair.server), {address, 50'000}});
    const auto sent = ::send(pair.client.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) return {};
    std::string answer;
    char some[16384];
    for (ssize_t n = 0; (n = ::recv(pair.client.get(), some, sizeof some, 0)) > 0;) {
      answer.append(some, static_cast<std::size_t>(n));
    }
    return parsed(answer);
  }

  /// `line` is a method and a target; `fields` are whole lines.
  got ask(const std::string& line, const std::string& fields = {},
          const char* from = "127.0.0.1") {
    return ask_raw(line + " HTTP/1.1\r\nHost: localhost:7702\r\n" + fields + "\r\n", from);
  }

 private:
  net::io_threads threads_{2};
  net::connection_limit limit_{100};
  std::unique_ptr<hub::hub> hub_;
  std::unique_ptr<server> server_;
};

}  // namespace logio::serve::testing
