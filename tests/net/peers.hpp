/// Peers that a client of the module talks to in tests: each on a thread and a free port.
#pragma once

#include <openssl/ssl.h>
#include <poll.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "net/certificates.hpp"
#include "net/support.hpp"

namespace logio::net::testing {

/// A listening socket whose connections nobody takes unless accept() is called.
class tcp_listener {
 public:
  explicit tcp_listener(int backlog = 8) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at = loopback(0);
    socklen_t size = sizeof at;
    auto* const name = reinterpret_cast<sockaddr*>(&at);
    REQUIRE(::bind(fd_.get(), name, size) == 0);
    REQUIRE(::listen(fd_.get(), backlog) == 0);
    REQUIRE(::getsockname(fd_.get(), name, &size) == 0);
    port_ = ntohs(at.sin_port);
  }
  std::uint16_t port() const noexcept { return port_; }
  int fd() const noexcept { return fd_.get(); }
  /// Blocking; nothing when none comes in ten seconds.
  unique_fd accept() const {
    pollfd wanted{fd_.get(), POLLIN, 0};
    if (::poll(&wanted, 1, 10'000) != 1) return {};
    return unique_fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  unique_fd fd_;
  std::uint16_t port_ = 0;
};

/// All that comes until the other side ends; at most ten seconds of silence.
inline std::string read_to_end(int fd) {
  std::string out;
  char piece[4096];
  for (pollfd wanted{fd, POLLIN, 0}; ::poll(&wanted, 1, 10'000) == 1;) {
    const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
    if (n <= 0) break;
    out.append(piece, static_cast<std::size_t>(n));
  }
  return out;
}

/// Takes one connection and, after a TLS handshake, all that comes. What came, and who sent it.
class tls_receiver {
 public:
  struct options {
    const identity* own = nullptr;
    const identity* client_authority = nullptr;  // wants a certificate from it
    int version_max = 0;
  };
  explicit tls_receiver(const options& o) : thread_([this, o] { run(o); }) {}
  ~tls_receiver() { thread_.join(); }

  std::uint16_t port() const noexcept { return listener_.port(); }
  std::string take() {
    thread_.join();
    thread_ = std::thread([] {});
    return std::move(received_);
  }
  const std::string& asked_name() const noexcept { return asked_name_; }

 private:
  void run(const options& o) {
    const std::unique_ptr<SSL_CTX, freeing<SSL_CTX, SSL_CTX_free>> context(
        ::SSL_CTX_new(::TLS_server_method()));
    ::SSL_CTX_use_certificate(context.get(), o.own->certificate.get());
    ::SSL_CTX_use_PrivateKey(context.get(), o.own->key.get());
    if (o.version_max != 0) SSL_CTX_set_max_proto_version(context.get(), o.version_max);
    if (o.client_authority != nullptr) {
      ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           nullptr);
      ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context.get()),
                            o.client_authority->certificate.get());
    }
    const unique_fd fd = listener_.accept();
    const std::unique_ptr<SSL, freeing<SSL, SSL_free>> session(::SSL_new(context.get()));
    ::SSL_set_fd(session.get(), fd.get());
    if (::SSL_accept(session.get()) == 1) {
      const char* const name = ::SSL_get_servername(session.get(), TLSEXT_NAMETYPE_host_name);
      if (name != nullptr) asked_name_ = name;
      char piece[4096];
      for (int n = 0; (n = ::SSL_read(session.get(), piece, sizeof piece)) > 0;) {
        received_.append(piece, static_cast<std::size_t>(n));
      }
      ::SSL_shutdown(session.get());
    }
    ::shutdown(fd.get(), SHUT_WR);
    read_to_end(fd.get());
  }

  tcp_listener listener_;
  std::string received_, asked_name_;
  std::thread thread_;
};

}  // namespace logio::net::testing
