#include "logio/net/peer_stream.hpp"

#include <sys/socket.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "net/peers.hpp"
#include "net/support.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

void keep_small_receive_buffer(int listening) {
  const int bytes = 4096;
  REQUIRE(::setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) == 0);
}

TEST_CASE("what is written arrives, and its acknowledgement is seen") {
  const tcp_listener listener;
  peer_stream stream("localhost", listener.port());
  REQUIRE(stream.connect(in(10s)));
  const unique_fd peer = listener.accept();
  const std::string text(300'000, 'x');
  std::string got;
  std::thread reader([&] { got = read_to_end(peer.get()); });
  CHECK(stream.write_all(text, in(10s)));
  CHECK(stream.await_acknowledged(in(10s)));
  CHECK(stream.written_bytes() == text.size());
  CHECK(stream.acknowledged_bytes() == text.size());
  CHECK(stream.still_open());
  stream.close();
  reader.join();
  CHECK(got == text);
  CHECK_FALSE(stream.connected());
}

TEST_CASE("a peer that cannot be reached is named, with the reason") {
  std::uint16_t port = 0;
  { port = tcp_listener().port(); }
  peer_stream refused("127.0.0.1", port);
  CHECK_FALSE(refused.connect(in(10s)));
  CHECK(refused.error() ==
        "cannot connect to 127.0.0.1:" + std::to_string(port) + ": connection refused");
  peer_stream v6("::1", port);
  CHECK_FALSE(v6.connect(in(10s)));
  CHECK_THAT(v6.error(), StartsWith("cannot connect to [::1]:" + std::to_string(port) + ": "));
  peer_stream nobody("1.2.3.4.5..", 1);
  CHECK_FALSE(nobody.connect(in(10s)));
  CHECK_THAT(nobody.error(), StartsWith("cannot connect to 1.2.3.4.5..:1: the name cannot be "
                                        "resolved ("));
}

TEST_CASE("each address of a name is tried") {
  // The listener is on 127.0.0.1 only; where localhost is ::1 too, that one refuses.
  const tcp_listener listener;
  for (int i = 0; i < 3; ++i) {
    peer_stream stream("localhost", listener.port());
    CHECK(stream.connect(in(10s)));
    stream.close();
  }
}

TEST_CASE("a peer that takes no more ends the write in time, and what it has is known") {
  tcp_listener listener;
  keep_small_receive_buffer(listener.fd());
  peer_stream stream("127.0.0.1", listener.port());
  REQUIRE(stream.connect(in(10s)));
  const std::string text(16 << 20, 'x');
  CHECK_FALSE(stream.write_all(text, in(100ms)));
  CHECK(stream.error() == stream.address() + ": timed out: the peer takes no more bytes");
  CHECK(stream.written_bytes() < text.size());
  CHECK(stream.acknowledged_bytes() > 0);
  CHECK(stream.acknowledged_bytes() < stream.written_bytes());
  CHECK_FALSE(stream.still_open());
  CHECK_FALSE(stream.await_acknowledged(in(10s)));
}

TEST_CASE("bytes that the kernel holds for a silent peer are not acknowledged") {
  tcp_listener listener;
  keep_small_receive_buffer(listener.fd());
  peer_stream stream("127.0.0.1", listener.port());
  REQUIRE(stream.connect(in(10s)));
  const std::string text(100'000, 'x');
  REQUIRE(stream.write_all(text, in(10s)));
  CHECK_FALSE(stream.await_acknowledged(in(100ms)));
  CHECK_THAT(stream.error(), ContainsSubstring(" bytes in time"));
  CHECK(stream.acknowledged_bytes() < text.size());
}

TEST_CASE("a peer that has closed is noticed before anything is written") {
  const tcp_listener listener;
  peer_stream stream("127.0.0.1", listener.port());
  REQUIRE(stream.connect(in(10s)));
  listener.accept().reset();
  pollfd closed{};
  while (stream.still_open()) ::poll(&closed, 0, 1);
  CHECK(stream.error() == stream.address() + ": the peer closed the connection");
  CHECK_FALSE(stream.write_all("x", in(10s)));
  stream.close();
  REQUIRE(stream.connect(in(10s)));
  CHECK(stream.still_open());
}

TEST_CASE("what the peer said so far is read without waiting") {
  const tcp_listener listener;
  peer_stream stream("127.0.0.1", listener.port());
  REQUIRE(stream.connect(in(10s)));
  unique_fd peer = listener.accept();
  std::array<char, 16> piece;
  CHECK(stream.read_available(piece) == 0u);
  REQUIRE(::send(peer.get(), "hello", 5, 0) == 5);
  std::string got;
  pollfd pause{};
  while (got.size() < 5) {
    const auto bytes = stream.read_available(piece);
    REQUIRE(bytes);
    got.append(piece.data(), *bytes);
    ::poll(&pause, 0, 1);
  }
  CHECK(got == "hello");
  CHECK(stream.read_available(piece) == 0u);
  peer.reset();
  while (stream.read_available(piece)) ::poll(&pause, 0, 1);
  CHECK(stream.error() == stream.address() + ": the peer closed the connection");
  CHECK_FALSE(stream.read_available(piece));
}

TEST_CASE("a reset leaves known what was acknowledged before it") {
  tcp_listener listener;
  keep_small_receive_buffer(listener.fd());
  peer_stream stream("127.0.0.1", listener.port());
  REQUIRE(stream.connect(in(10s)));
  unique_fd peer = listener.accept();
  const std::string text(100'000, 'x');
  REQUIRE(stream.write_all(text, in(10s)));
  peer.reset();  // with unread bytes: a reset
  CHECK_FALSE(stream.await_acknowledged(in(10s)));
  const std::uint64_t acknowledged = stream.acknowledged_bytes();
  CHECK(acknowledged < text.size());
  CHECK_FALSE(stream.write_all("more", in(10s)));
  CHECK(stream.acknowledged_bytes() == acknowledged);
}

TEST_CASE("a peer's words can be read, within their time") {
  const tcp_listener listener;
  peer_stream stream("127.0.0.1", listener.port());
  REQUIRE(stream.connect(in(10s)));
  const unique_fd peer = listener.accept();
  char word[16];
  REQUIRE(::send(peer.get(), "hello", 5, 0) == 5);
  CHECK(stream.read_some(word, in(10s)) == 5);
  ::shutdown(peer.get(), SHUT_WR);
  CHECK(stream.read_some(word, in(10s)) == 0);
  peer_stream silent("127.0.0.1", listener.port());
  REQUIRE(silent.connect(in(10s)));
  CHECK(silent.read_some(word, in(20ms)) == std::nullopt);
  CHECK(silent.error() == silent.address() + ": timed out: the peer does not answer");
}

TEST_CASE("a wait is interrupted from another thread, and each later one") {
  tcp_listener listener;
  keep_small_receive_buffer(listener.fd());
  peer_stream stream("127.0.0.1", listener.port());
  REQUIRE(stream.connect(in(10s)));
  std::thread other([&] { stream.interrupt(); });
  CHECK_FALSE(stream.write_all(std::string(64 << 20, 'x'), in(60s)));
  other.join();
  CHECK(stream.error() == stream.address() + ": interrupted");
  stream.close();
  CHECK_FALSE(stream.connect(in(60s)));
}

struct tls_world {
  certificates made;
  identity authority = made.make({"Test Authority"});
  identity server = made.make({"server", "DNS:localhost,IP:127.0.0.1", &authority});

  // What a connection comes to; empty: it went, and the text arrived.
  std::string outcome(tls_receiver::options server_options, peer_tls_options options,
                      const std::string& host = "localhost") {
    tls_receiver receiver(server_options);
    peer_stream stream(host, receiver.port(), options);
    const std::string text(100'000, 't');
    const bool went = stream.connect(in(10s)) && stream.write_all(text, in(10s)) &&
                      stream.await_acknowledged(in(10s)) && stream.still_open() &&
                      stream.acknowledged_bytes() == text.size();
    std::string error = stream.error();
    stream.close();
    const std::string got = receiver.take();
    if (went) CHECK(got == text);
    const std::string port = ":" + std::to_string(receiver.port());
    if (const auto at = error.find(port); at != std::string::npos) error.erase(at, port.size());
    // Where localhost has two addresses, the listener is on one of them.
    const std::size_t tried = error.find(" (2 addresses tried)");
    if (tried != std::string::npos) error.erase(tried);
    CHECK(went == error.empty());
    return error;
  }
};

TEST_CASE("a peer whose certificate is right is spoken to over TLS") {
  tls_world world;
  const peer_tls_options trusting{.ca_file = world.authority.certificate_file};
  CHECK(world.outcome({&world.server}, trusting) == "");
  CHECK(world.outcome({&world.server}, trusting, "127.0.0.1") == "");
  CHECK(world.outcome({.own = &world.server, .version_max = TLS1_2_VERSION}, trusting) == "");
  const identity alone = world.made.make({"alone"});
  CHECK(world.outcome({&alone}, {.verify = false}) == "");

  tls_receiver receiver({&world.server});
  peer_stream stream("localhost", receiver.port(), trusting);
  REQUIRE(stream.connect(in(10s)));
  stream.close();
  receiver.take();
  CHECK(receiver.asked_name() == "localhost");
}

TEST_CASE("a certificate that is wrong is told, with the remedy") {
  tls_world world;
  const peer_tls_options trusting{.ca_file = world.authority.certificate_file};
  const identity other =
      world.made.make({"other", "DNS:a.example,DNS:b.example", &world.authority});
  CHECK(world.outcome({&other}, trusting) ==
        "cannot connect to localhost: its certificate is for a.example, b.example, not for "
        "localhost: use a name that it is for, or give the peer a certificate for this one");
  const identity old = world.made.make({"old", "DNS:localhost", &world.authority, -48h, -24h});
  CHECK_THAT(world.outcome({&old}, trusting),
             StartsWith("cannot connect to localhost: its certificate expired on ") &&
                 ContainsSubstring("renew it on the peer"));
  const identity early = world.made.make({"early", "DNS:localhost", &world.authority, 24h, 48h});
  CHECK_THAT(world.outcome({&early}, trusting), ContainsSubstring(": set the clock here right"));
  const identity stranger = world.made.make({"Another Authority"});
  CHECK(world.outcome({&world.server}, {.ca_file = stranger.certificate_file}) ==
        "cannot connect to localhost: its certificate is from CN=Test Authority, which is not "
        "trusted here: give the certificate of that authority as ca_file");
  CHECK_THAT(world.outcome({&world.server}, {.ca_file = "/nowhere.pem"}),
             StartsWith("cannot connect to localhost: no certificates can be read from ca_file "
                        "/nowhere.pem: no such file or directory"));
}

TEST_CASE("a peer that wants our certificate gets it, or says that it wants one") {
  tls_world world;
  const identity client = world.made.make({"client", "", &world.authority});
  peer_tls_options options{.ca_file = world.authority.certificate_file};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const tls_receiver::options wanting{&world.server, &world.authority, version};
    options.cert_file.clear();
    CHECK_THAT(world.outcome(wanting, options),
               ContainsSubstring("wants a certificate of ours") ||
                   ContainsSubstring("may want a certificate of ours"));
    options.cert_file = client.certificate_file;
    options.key_file = client.key_file;
    CHECK(world.outcome(wanting, options) == "");
    const identity strange = world.made.make({"strange"});
    options.cert_file = strange.certificate_file;
    options.key_file = strange.key_file;
    CHECK_THAT(world.outcome(wanting, options),
               ContainsSubstring("the peer does not accept our certificate"));
    options.key_file = client.key_file;
    CHECK_THAT(world.outcome(wanting, options),
               ContainsSubstring("no key for cert_file " + options.cert_file));
  }
}

TEST_CASE("a peer that does not speak TLS, or not at all, is told apart") {
  const tcp_listener listener;
  peer_stream plain("127.0.0.1", listener.port(), peer_tls_options{.verify = false});
  std::thread server([&] {
    const unique_fd peer = listener.accept();
    ::send(peer.get(), "220 hello\r\n", 11, MSG_NOSIGNAL);
    read_to_end(peer.get());
  });
  CHECK_FALSE(plain.connect(in(10s)));
  CHECK_THAT(plain.error(), ContainsSubstring("does not speak TLS on this port"));
  server.join();
  peer_stream silent("127.0.0.1", listener.port(), peer_tls_options{.verify = false});
  CHECK_FALSE(silent.connect(in(50ms)));
  CHECK_THAT(silent.error(), ContainsSubstring("no answer to the TLS handshake in time"));
}

}  // namespace
}  // namespace logio::net
