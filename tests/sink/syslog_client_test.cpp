#include "logio/sink/syslog_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>
#include <thread>

#include "delivering.hpp"
#include "receiving.hpp"

using namespace logio;
using namespace logio::sink;
using namespace logio::sink::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string message(const std::string& text, int position) {
  return "<14>1 2016-12-06T22:14:21.448123Z h1 shop web - [logio@32473 "
         "cursor=\"00c0ffee12345678-" +
         std::to_string(position) + "\"] \xef\xbb\xbf" + text;
}

std::string counted(const std::string& message) {
  return std::to_string(message.size()) + " " + message;
}

void keep_small_receive_buffer(int listening) {
  const int bytes = 4096;
  REQUIRE(::setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) == 0);
}

}  // namespace

TEST_CASE("records go over TCP, counted or on lines, in one connection") {
  records r;
  r.add("one");
  r.add("two\nlines");
  r.add("three");
  for (const bool octet : {true, false}) {
    tcp_receiver receiver;
    sink_options o = options_of(kind::syslog, transport::tcp, receiver.port());
    o.octet_framing = octet;
    const auto to = make_syslog_client(o);
    const outcome first = deliver(*to, r.items().subspan(0, 2));
    CHECK(fates(first) == "dd");
    CHECK(fates(deliver(*to, r.from(2))) == "d");
    CHECK(fates(deliver(*to, {})) == "");
    to->close();
    const std::string expected = octet ? counted(message("one", 1)) +
                                             counted(message("two\nlines", 2)) +
                                             counted(message("three", 3))
                                       : message("one", 1) + "\n" + message("two#012lines", 2) +
                                             "\n" + message("three", 3) + "\n";
    CHECK(receiver.take() == expected);
    CHECK(first.sent_bytes < expected.size());
    CHECK(first.sent_bytes > expected.size() / 2);
  }
}

TEST_CASE("records go over TLS, and not to a stranger") {
  net::testing::certificates made;
  const auto authority = made.make({"Authority"});
  const auto server = made.make({"server", "IP:127.0.0.1", &authority});
  records r;
  r.add("secret");
  {
    net::testing::tls_receiver receiver({&server});
    sink_options o = options_of(kind::syslog, transport::tls, receiver.port());
    o.tls.ca_file = authority.certificate_file;
    const auto to = make_syslog_client(o);
    CHECK(fates(deliver(*to, r.items())) == "d");
    to->close();
    CHECK(receiver.take() == counted(message("secret", 1)));
  }
  const auto stranger = made.make({"stranger", "IP:127.0.0.1"});
  net::testing::tls_receiver receiver({&stranger});
  sink_options o = options_of(kind::syslog, transport::tls, receiver.port());
  o.tls.ca_file = authority.certificate_file;
  const outcome refused = deliver(*make_syslog_client(o), r.items());
  CHECK(fates(refused) == "p");
  CHECK(refused.sent_bytes == 0);
  CHECK_THAT(refused.error, ContainsSubstring("which is not trusted here"));
  CHECK(receiver.take().empty());
}

TEST_CASE("a peer that is not there leaves everything pending, and is found when it comes") {
  records r;
  r.add("one");
  r.add("two");
  const std::uint16_t port = free_tcp_port();
  const auto to = make_syslog_client(options_of(kind::syslog, transport::tcp, port));
  for (int i = 0; i < 2; ++i) {
    const outcome out = deliver(*to, r.items());
    CHECK(fates(out) == "pp");
    CHECK(out.error ==
          "cannot connect to 127.0.0.1:" + std::to_string(port) + ": connection refused");
  }
}

TEST_CASE("of a peer that stops reading, what it has acknowledged is delivered, the rest pending") {
  net::testing::tcp_listener listener;
  keep_small_receive_buffer(listener.fd());
  sink_options o = options_of(kind::syslog, transport::tcp, listener.port());
  o.timeout = 200ms;
  const auto to = make_syslog_client(o);
  records r;
  for (int i = 0; i < 2000; ++i) r.add(std::string(1000, 'x'));
  const auto begin = std::chrono::steady_clock::now();
  const outcome out = deliver(*to, r.items());
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  const std::string all = fates(out);
  const auto delivered = static_cast<std::size_t>(std::ranges::count(all, 'd'));
  CHECK(all == std::string(delivered, 'd') + std::string(2000 - delivered, 'p'));
  CHECK(delivered < 2000);

  // What the peer can read of the first connection holds every record that counted as delivered.
  const net::unique_fd peer = listener.accept();
  to->close();
  const std::string got = net::testing::read_to_end(peer.get());
  const std::string last = "cursor=\"00c0ffee12345678-" + std::to_string(delivered) + "\"";
  if (delivered > 0) CHECK_THAT(got, ContainsSubstring(last));
}

TEST_CASE("a peer that closed while nothing was sent is connected to again, without a failure") {
  net::testing::tcp_listener listener;
  const auto to = make_syslog_client(options_of(kind::syslog, transport::tcp, listener.port()));
  records r;
  r.add("one");
  r.add("two");
  CHECK(fates(deliver(*to, r.items().subspan(0, 1))) == "d");
  {
    const net::unique_fd peer = listener.accept();
    ::shutdown(peer.get(), SHUT_WR);
    pollfd ended{peer.get(), POLLIN, 0};
    CHECK(::poll(&ended, 1, 10'000) == 1);
  }
  CHECK(fates(deliver(*to, r.from(1))) == "d");
  const net::unique_fd second = listener.accept();
  to->close();
  CHECK(net::testing::read_to_end(second.get()) == counted(message("two", 2)));
}

TEST_CASE("a peer that resets at once has delivered no more than it acknowledged") {
  net::testing::tcp_listener listener;
  keep_small_receive_buffer(listener.fd());
  const auto to = make_syslog_client(options_of(kind::syslog, transport::tcp, listener.port()));
  std::thread peer([&] { listener.accept().reset(); });
  records r;
  for (int i = 0; i < 2000; ++i) r.add(std::string(1000, 'x'));
  const outcome out = deliver(*to, r.items());
  peer.join();
  const std::string all = fates(out);
  CHECK(all.find('p') != std::string::npos);
  CHECK(all.find("pd") == std::string::npos);
}

TEST_CASE("a client that is interrupted returns soon, now and later") {
  net::testing::tcp_listener listener;
  keep_small_receive_buffer(listener.fd());
  sink_options o = options_of(kind::syslog, transport::tcp, listener.port());
  o.timeout = 600s;
  const auto to = make_syslog_client(o);
  records r;
  for (int i = 0; i < 2000; ++i) r.add(std::string(1000, 'x'));
  std::thread other([&] {
    const net::unique_fd peer = listener.accept();
    to->interrupt();
    net::testing::read_to_end(peer.get());
  });
  CHECK_THAT(deliver(*to, r.items()).error, ContainsSubstring("interrupted"));
  to->close();
  other.join();
  CHECK_THAT(deliver(*to, r.items()).error, ContainsSubstring("interrupted"));
}

TEST_CASE("a message is a datagram, cut where syslog daemons would cut it, and counted") {
  const udp_receiver receiver;
  const auto to = make_syslog_client(options_of(kind::syslog, transport::udp, receiver.port()));
  records r;
  r.add("one\n2");
  r.add(std::string(10'000, 'x'));
  const outcome out = deliver(*to, r.items());
  CHECK(fates(out) == "dd");
  CHECK(out.cut_records == 1);
  const std::string first = receiver.take(), second = receiver.take();
  CHECK(first == message("one\n2", 1));
  CHECK(second.size() == syslog_datagram_bytes_max);
  CHECK_THAT(second, Catch::Matchers::EndsWith(" bytes]"));
  CHECK(out.sent_bytes == first.size() + second.size());
}

TEST_CASE("when nobody listens, the record that was lost is pending too") {
  const std::uint16_t port = free_udp_port();
  const auto to = make_syslog_client(options_of(kind::syslog, transport::udp, port));
  records r;
  for (const char* text : {"one", "two", "three"}) r.add(text);
  for (int i = 0; i < 3; ++i) {
    const outcome out = deliver(*to, r.items());
    CHECK(fates(out) == "ppp");
    CHECK_THAT(out.error, ContainsSubstring(std::to_string(port) + ": nobody listens there"));
  }
}
