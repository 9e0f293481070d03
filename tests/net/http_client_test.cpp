#include "logio/net/http_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "net/http_peer.hpp"
#include "net/support.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Catch::Matchers::ContainsSubstring;

const http_request post{"POST", "/_bulk?x=1", "Content-Type: text/plain\r\n", "body\n"};
const http_request look{"GET", "/", "", ""};

/// What one exchange with a peer that answers `text` gives.
struct exchanged {
  explicit exchanged(const std::string& text, const http_request& request = post)
      : peer([text](const http_seen&) { return text; }), client("127.0.0.1", peer.port()) {
    done = client.exchange(request, answer, in(10s));
  }
  http_peer peer;
  http_client client;
  http_answer answer;
  bool done = false;
};

TEST_CASE("requests and answers follow each other on one connection") {
  const http_peer peer([](const http_seen& seen) {
    return http_answer_text("200 OK", "got " + seen.body);
  });
  http_client client("127.0.0.1", peer.port());
  http_answer answer;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(client.exchange(post, answer, in(10s)));
    CHECK(answer.status == 200);
    CHECK(answer.body == "got body\n");
  }
  CHECK(peer.connections() == 1);
  CHECK(peer.seen()[2].head == "POST /_bulk?x=1 HTTP/1.1\r\nHost: " + client.address() +
                                   "\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n");
}

TEST_CASE("answers have a length, chunks, an end, or nothing") {
  CHECK(exchanged("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n"
                  "0\r\n\r\n").answer.body == "abcde");
  CHECK(exchanged(http_answer_text("404 Not Found", "no")).answer.status == 404);
  const exchanged interim("HTTP/1.1 100 Continue\r\n\r\n" + http_answer_text("201 Created", "x"));
  CHECK(interim.done);
  CHECK(interim.answer.status == 201);
  CHECK(interim.answer.body == "x");
  const exchanged headless("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                           {"HEAD", "/x", "", ""});
  CHECK(headless.done);
  CHECK(headless.answer.body.empty());
}

TEST_CASE("an answer longer than a read is taken whole") {
  const std::string body(300'000, 'x');
  const exchanged large(http_answer_text("200 OK", body));
  REQUIRE(large.done);
  CHECK(large.answer.body == body);
}

TEST_CASE("an answer may come byte by byte") {
  const tcp_listener listener;
  std::thread peer([&] {
    const unique_fd fd = listener.accept();
    const std::string text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, sizeof on);
    for (const char c : text) ::send(fd.get(), &c, 1, MSG_NOSIGNAL);
    read_to_end(fd.get());
  });
  http_client client("127.0.0.1", listener.port());
  http_answer answer;
  CHECK(client.exchange(look, answer, in(10s)));
  CHECK(answer.body == "abc");
  client.close();
  peer.join();
}

TEST_CASE("a connection that the peer has closed meanwhile is made anew") {
  const http_peer peer([](const http_seen&) {
    return http_answer_text("200 OK", "x", "Connection: close\r\n");
  });
  http_client client("127.0.0.1", peer.port());
  http_answer answer;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(client.exchange(look, answer, in(10s)));
    CHECK(answer.body == "x");
  }
  CHECK(peer.connections() == 3);
}

TEST_CASE("a peer that ends without an answer leaves its request in doubt") {
  const exchanged silent("");
  CHECK_FALSE(silent.done);
  CHECK(silent.client.in_doubt());
  CHECK(silent.client.error() ==
        silent.client.address() + ": the peer closed the connection without an answer, as one "
                                  "does that expects TLS");
  std::uint16_t port = 0;
  { port = tcp_listener().port(); }
  http_client nobody("127.0.0.1", port);
  http_answer answer;
  CHECK_FALSE(nobody.exchange(look, answer, in(10s)));
  CHECK_FALSE(nobody.in_doubt());
  CHECK_THAT(nobody.error(), ContainsSubstring("connection refused"));
}

TEST_CASE("what is not HTTP, or too much of it, is refused") {
  const exchanged other("220 mail.example ESMTP ready\r\n\r\n");
  CHECK_FALSE(other.done);
  CHECK_THAT(other.client.error(), ContainsSubstring("the answer is not HTTP as expected"));
  const exchanged head("HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n");
  CHECK_FALSE(head.done);
  const exchanged body("HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n");
  CHECK_FALSE(body.done);
}

TEST_CASE("a peer that says nothing costs the time that it was given, an interrupt less") {
  const tcp_listener listener;
  http_client client("127.0.0.1", listener.port());
  http_answer answer;
  CHECK_FALSE(client.exchange(look, answer, in(50ms)));
  CHECK(client.in_doubt());
  CHECK_THAT(client.error(), ContainsSubstring("timed out"));
  std::thread other([&] {
    const unique_fd first = listener.accept();
    const unique_fd second = listener.accept();
    client.interrupt();
    read_to_end(second.get());
  });
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(client.exchange(look, answer, in(60s)));
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
  CHECK(client.interrupted());
  client.close();
  other.join();
}

/// All of a body, as read_body() gives it; nothing: it failed.
std::optional<std::string> rest_of(http_client& client) {
  std::string all, piece;
  do {
    if (!client.read_body(piece, in(10s))) return std::nullopt;
    CHECK(piece.size() <= 64 * 1024);
    all += piece;
  } while (!piece.empty());
  return all;
}

TEST_CASE("a body is read piece by piece, however it ends") {
  const std::string large(300'000, 'x');
  const std::vector<std::string> answers{
      http_answer_text("200 OK", large),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n493e0\r\n" + large + "\r\n0\r\n\r\n",
      "HTTP/1.1 103 Early Hints\r\n\r\n" + http_answer_text("200 OK", large)};
  for (const std::string& text : answers) {
    const http_peer peer([&text](const http_seen&) { return text; });
    http_client client("127.0.0.1", peer.port());
    http_answer head;
    for (int i = 0; i < 2; ++i) {
      REQUIRE(client.begin(look, head, in(10s)));
      CHECK(head.status == 200);
      CHECK(head.body.empty());
      CHECK(rest_of(client) == large);
    }
    CHECK(peer.connections() == 1);
  }
}

TEST_CASE("a body without an end is read as far as it came") {
  http_peer peer([](const http_seen&) {
    return std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\nde");
  });
  http_client client("127.0.0.1", peer.port());
  http_answer head;
  REQUIRE(client.begin(look, head, in(10s)));
  std::string all, piece;
  while (all.size() < 5) {
    REQUIRE(client.read_body(piece, in(10s)));
    all += piece;
  }
  CHECK(all == "abcde");
  CHECK_FALSE(client.read_body(piece, in(50ms)));
  CHECK_THAT(client.error(), ContainsSubstring("timed out"));
}

TEST_CASE("what is left of a body that nobody reads is in no later answer's way") {
  int n = 0;
  const http_peer peer([&n](const http_seen&) {
    return n++ == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\nabc"
                    : http_answer_text("302 Found", "", "Location: http://b/x\r\n");
  });
  http_client client("127.0.0.1", peer.port());
  http_answer answer;
  REQUIRE(client.begin(look, answer, in(10s)));
  std::string piece;
  REQUIRE(client.read_body(piece, in(10s)));
  CHECK(piece == "abc");
  REQUIRE(client.exchange(look, answer, in(10s)));
  CHECK(answer.status == 302);
  CHECK(answer.location == "http://b/x");
  CHECK(peer.connections() == 2);
}

}  // namespace
}  // namespace logio::net
