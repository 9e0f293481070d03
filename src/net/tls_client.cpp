#include "net/tls_client.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "logio/net/peer_stream.hpp"
#include "logio/net/sockets.hpp"
#include "net/certificate_text.hpp"
#include "net/socket_reason.hpp"

namespace logio::net {

/// What OpenSSL calls. It holds no state of its own.
struct tls_callbacks {
  static tls_client::wire& wire_of(BIO* bio) noexcept {
    return *static_cast<tls_client::wire*>(::BIO_get_data(bio));
  }

  static int write(BIO* bio, const char* bytes, int size) noexcept {
    tls_client::wire& wire = wire_of(bio);
    ::BIO_clear_retry_flags(bio);
    const iovec piece{const_cast<char*>(bytes), static_cast<std::size_t>(size)};
    const auto sent = write_some(wire.fd, {&piece, 1});
    if (!sent) {
      wire.error = sent.error().value();
      return -1;
    }
    if (*sent == 0) {
      BIO_set_retry_write(bio);
      return -1;
    }
    wire.sent_bytes += *sent;
    return static_cast<int>(*sent);
  }

  static int read(BIO* bio, char* into, int size) noexcept {
    tls_client::wire& wire = wire_of(bio);
    ::BIO_clear_retry_flags(bio);
    const auto got = read_some(wire.fd, {into, static_cast<std::size_t>(size)});
    if (got) {
      wire.ended = *got == 0;
      return static_cast<int>(*got);
    }
    if (got.error() == boost::system::errc::operation_would_block) {
      BIO_set_retry_read(bio);
    } else {
      wire.error = got.error().value();
    }
    return -1;
  }

  static long control(BIO* bio, int command, long, void*) noexcept {
    if (command == BIO_CTRL_EOF) return wire_of(bio).ended ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  /// Keeps the words while the certificate is at hand, and leaves the verdict as it is.
  static int verified(int accepted, X509_STORE_CTX* at) noexcept {
    if (accepted == 1) return accepted;
    const auto* const session =
        static_cast<SSL*>(::X509_STORE_CTX_get_ex_data(at, ::SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& client = *static_cast<tls_client*>(SSL_get_app_data(session));
    client.untrusted_ = certificate_problem(::X509_STORE_CTX_get_error(at),
                                            ::X509_STORE_CTX_get_current_cert(at), client.host_);
    return accepted;
  }

  /// The peer has asked for a certificate. Which one it gets is settled already.
  static int asked(SSL*, void* client) noexcept {
    static_cast<tls_client*>(client)->was_asked_ = true;
    return 1;
  }

  /// A service has no terminal on which a passphrase could be asked for.
  static int no_passphrase(char*, int, int, void*) noexcept { return 0; }

  static const BIO_METHOD* method() noexcept {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* const m = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      ::BIO_meth_set_write(m, write);
      ::BIO_meth_set_read(m, read);
      ::BIO_meth_set_ctrl(m, control);
      return m;
    }();
    return made;
  }
};

namespace {

constexpr std::size_t record_bytes_max = 16 << 10;

/// Where systems keep the authorities that they trust, in one file.
constexpr const char* system_ca_files[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older RHEL
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/ssl/cert.pem",                                  // Alpine without the bundle
};

bool is_address(const std::string& host) noexcept {
  in6_addr place{};
  return ::inet_pton(AF_INET, host.c_str(), &place) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &place) == 1;
}

/// The first of OpenSSL's errors in its own words; its queue is emptied.
std::string first_error() {
  const unsigned long code = ::ERR_get_error();
  ::ERR_clear_error();
  if (code == 0) return "no reason given";
  if (ERR_SYSTEM_ERROR(code)) return socket_reason(ERR_GET_REASON(code));
  const char* const reason = ::ERR_reason_error_string(code);
  return reason != nullptr ? reason : fmt::format("error {:x}", code);
}

}  // namespace

tls_client::tls_client(const peer_tls_options& options, std::string host, int fd)
    : host_(std::move(host)), context_(nullptr, &::SSL_CTX_free), session_(nullptr, &::SSL_free) {
  wire_.fd = fd;
  // Without the machine's openssl.cnf, which a binary that runs anywhere must not depend on.
  ::OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ::ERR_clear_error();
  context_.reset(::SSL_CTX_new(::TLS_client_method()));
  if (context_ == nullptr) {
    fail("TLS cannot be set up: " + first_error());
    return;
  }
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_default_passwd_cb(context_.get(), tls_callbacks::no_passphrase);
  ::SSL_CTX_set_cert_cb(context_.get(), tls_callbacks::asked, this);
  if (trust(options) && identify(options)) begin(options.verify);
}

tls_client::~tls_client() = default;

bool tls_client::trust(const peer_tls_options& options) {
  if (!options.verify) return true;
  ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, tls_callbacks::verified);
  if (!options.ca_file.empty()) {
    if (::SSL_CTX_load_verify_locations(context_.get(), options.ca_file.c_str(), nullptr) == 1) {
      return true;
    }
    fail(fmt::format("no certificates can be read from ca_file {}: {}", options.ca_file,
                     first_error()));
    return false;
  }
  for (const char* const file : system_ca_files) {
    if (::SSL_CTX_load_verify_locations(context_.get(), file, nullptr) == 1) return true;
  }
  ::ERR_clear_error();
  fail(
      "this system has no file of trusted authorities: install ca-certificates, or give one as "
      "ca_file");
  return false;
}

bool tls_client::identify(const peer_tls_options& options) {
  if (options.cert_file.empty()) return true;
  const std::string& key_file = options.key_file.empty() ? options.cert_file : options.key_file;
  if (::SSL_CTX_use_certificate_chain_file(context_.get(), options.cert_file.c_str()) != 1) {
    fail(fmt::format("no certificate can be read from cert_file {}: {}", options.cert_file,
                     first_error()));
    return false;
  }
  if (::SSL_CTX_use_PrivateKey_file(context_.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail(
        fmt::format("no key for cert_file {} can be read from key_file {} (it must be PEM, without "
                    "passphrase): {}",
                    options.cert_file, key_file, first_error()));
    return false;
  }
  return true;
}

bool tls_client::begin(bool verify) {
  session_.reset(::SSL_new(context_.get()));
  BIO* const bio = session_ != nullptr ? ::BIO_new(tls_callbacks::method()) : nullptr;
  if (bio == nullptr) {
    fail("TLS cannot be set up: " + first_error());
    return false;
  }
  ::BIO_set_data(bio, &wire_);
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(session_.get(), bio, bio);
  SSL_set_app_data(session_.get(), this);
  ::SSL_set_connect_state(session_.get());
  const bool address = is_address(host_);
  // The macro SSL_set_tlsext_host_name(); an address is no name to ask a server for.
  bool named = address || ::SSL_ctrl(session_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                     TLSEXT_NAMETYPE_host_name, host_.data()) == 1;
  if (verify && address) {
    named = ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session_.get()), host_.c_str()) == 1;
  } else if (verify) {
    ::SSL_set_hostflags(session_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    named = named && ::SSL_set1_host(session_.get(), host_.c_str()) == 1;
  }
  if (!named) fail(fmt::format("'{}' cannot be the name in a certificate", host_));
  return named;
}

io_state tls_client::shake_hands() {
  ::ERR_clear_error();
  return judge(::SSL_do_handshake(session_.get()));
}

bool tls_client::awaits_verdict() const noexcept {
  return was_asked_ && ::SSL_version(session_.get()) >= TLS1_3_VERSION;
}

io_state tls_client::look() {
  ::ERR_clear_error();
  char unread;
  return judge(::SSL_peek(session_.get(), &unread, 1));
}

io_progress tls_client::write(std::string_view bytes) {
  ::ERR_clear_error();
  const std::size_t size = std::min(bytes.size(), record_bytes_max);
  const int n = ::SSL_write(session_.get(), bytes.data(), static_cast<int>(size));
  if (n > 0) {
    written_bytes_ += static_cast<std::uint64_t>(n);
    marks_.push_back({written_bytes_, wire_.sent_bytes});
    return {io_state::done, static_cast<std::size_t>(n)};
  }
  const io_state what = judge(n);
  // A peer that does not want us says why before it closes.
  if (what == io_state::failed && wire_.error != 0) {
    const std::string broken = std::exchange(error_, {});
    char unread[256];
    wire_.error = 0;
    read(unread);
    if (error_.empty()) error_ = broken;
  }
  return {what};
}

io_progress tls_client::read(std::span<char> into) {
  ::ERR_clear_error();
  const int size = static_cast<int>(std::min(into.size(), record_bytes_max));
  const int n = ::SSL_read(session_.get(), into.data(), size);
  if (n > 0) return {io_state::done, static_cast<std::size_t>(n)};
  return {judge(n)};
}

bool tls_client::has_buffered() const noexcept { return ::SSL_pending(session_.get()) > 0; }

void tls_client::close_notify() noexcept {
  if (session_ == nullptr || !error_.empty() || !SSL_is_init_finished(session_.get())) return;
  ::ERR_clear_error();
  ::SSL_shutdown(session_.get());
  ::ERR_clear_error();
}

std::uint64_t tls_client::acknowledged_bytes(std::uint64_t unacknowledged) noexcept {
  const std::uint64_t wire_end = wire_.sent_bytes - std::min(unacknowledged, wire_.sent_bytes);
  while (!marks_.empty() && marks_.front().wire_end <= wire_end) {
    acknowledged_bytes_ = marks_.front().plain_end;
    marks_.pop_front();
  }
  return acknowledged_bytes_;
}

io_state tls_client::judge(int result) {
  if (result > 0) return io_state::done;
  switch (::SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ: return io_state::wants_read;
    case SSL_ERROR_WANT_WRITE: return io_state::wants_write;
    case SSL_ERROR_ZERO_RETURN: return io_state::ended;
    case SSL_ERROR_SYSCALL:
      if (wire_.error != 0) return fail(socket_reason(wire_.error));
      return io_state::ended;
    default: return fail(untrusted_.empty() ? library_reason() : untrusted_);
  }
}

std::string tls_client::library_reason() const {
  const unsigned long code = ::ERR_peek_error();
  switch (ERR_GET_REASON(code)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST:
      return "the peer does not speak TLS on this port: use its TLS port, or the plain transport";
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "the peer speaks no TLS 1.2 or later: update it, or allow these versions there";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "the peer wants a certificate of ours: give cert_file and key_file";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return fmt::format(
          "the peer does not accept our certificate ({}): give one that it trusts as "
          "cert_file and key_file",
          first_error());
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return "the peer ended the TLS handshake: it may want a certificate of ours (cert_file and "
             "key_file), or has no cipher in common";
    default: return "TLS failed: " + first_error();
  }
}

io_state tls_client::fail(std::string why) {
  error_ = std::move(why);
  return io_state::failed;
}

}  // namespace logio::net
