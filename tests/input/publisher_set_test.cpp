#include "logio/input/publisher_set.hpp"

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <vector>

#include "logio/base/log.hpp"
#include "logio/hub/hub.hpp"
#include "logio/net/sockets.hpp"
#include "logio/ring/readers.hpp"

namespace logio::input {
namespace {

using namespace std::chrono_literals;

/// A publisher's end of a loopback connection.
class peer {
 public:
  explicit peer(net::unique_fd fd) : fd_(std::move(fd)) {}

  void send(std::string_view bytes) {
    REQUIRE(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  void half_close() { ::shutdown(fd_.get(), SHUT_WR); }
  /// Puts what has come into `received`; false at the end of the stream.
  bool receive() {
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (got == 0) at_end = true;
      if (got <= 0) return !at_end;
      received.append(buffer, static_cast<std::size_t>(got));
    }
  }
  std::string received;
  bool at_end = false;

 private:
  net::unique_fd fd_;
};

/// One shard with a publisher set, a gate that sees what arrives, and a loopback listener.
struct fixture {
  explicit fixture(publisher_options options = {}, std::size_t ring_bytes = 4 << 20,
                   std::size_t line_bytes = 64 << 10, bool has_journal = false) {
    base::configure_log({base::log_level::error, base::log_format::text});
    hub::hub_options hub_options;
    hub_options.ring_bytes = ring_bytes;
    hub_options.record_bytes_max = line_bytes;
    hub_options.topics_max = 2;
    hub_options.has_journal = has_journal;
    hub = std::move(*hub::hub::open(hub_options, {context.get_executor()}));
    set = std::make_unique<publisher_set>(hub->at(0), options);
    listening = net::unique_fd(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listening.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
    REQUIRE(::listen(listening.get(), 16) == 0);
    gate = std::make_unique<ring::log_gate>(hub->ring(), 0);
    gate->join();
  }
  ~fixture() {
    gate->leave();
    set->close_all();
    run_once();
    set.reset();
  }

  peer connect() {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&at), &size);
    net::unique_fd client(::socket(AF_INET, SOCK_STREAM, 0));
    REQUIRE(::connect(client.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
    net::unique_fd server(::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK));
    REQUIRE(server);
    set->add({std::move(server), {}});
    return peer(std::move(client));
  }

  void run_once() {
    context.restart();
    context.run_for(5ms);
    while (const ring::batch_header* batch = reading ? gate->peek() : nullptr) {
      const auto topic = hub->topics().find(batch->tag);
      for (const auto r : record::batch_view(batch->payload(), batch->payload_bytes)) {
        texts.push_back(fmt::format("{}: {}", topic->topic.app, r.text()));
      }
      gate->advance();
    }
    if (gate->take_stalled() != 0) hub->at(0).resume_from_elsewhere();
  }
  template <class Condition>
  bool until(Condition&& condition) {
    for (const auto end = std::chrono::steady_clock::now() + 10s;
         std::chrono::steady_clock::now() < end;) {
      run_once();
      if (condition()) return true;
    }
    return false;
  }
  bool until_texts(std::size_t n) {
    return until([&] { return texts.size() >= n; });
  }
  bool until_closed(peer& p) {
    return until([&] { return !p.receive(); });
  }
  bool until_received(peer& p, std::string_view what) {
    return until([&] {
      p.receive();
      return p.received.find(what) != std::string::npos;
    });
  }

  asio::io_context context{1};
  std::unique_ptr<hub::hub> hub;
  std::unique_ptr<publisher_set> set;
  net::unique_fd listening;
  std::vector<std::string> texts;
  // The shard's dispatcher has no subscribers and does not join its gate: the test reads by it.
  std::unique_ptr<ring::log_gate> gate;
  bool reading = true;
};

constexpr std::string_view stock_topic = R"({"app":"myapp","proc":"web","host":"vm"})";

std::string stock_record(std::string_view text) {
  return fmt::format(R"({{"time":"2026-11-21T01:45:53.955367001Z","raw":"{}\n"}})", text);
}

TEST_CASE("a batch is a read's, less beside a small queue or ring") {
  constexpr std::size_t kib = 1024, mib = 1024 * kib;
  STATIC_REQUIRE(publisher_set::batch_bytes_max == publisher_set::read_bytes);
  CHECK(publisher_set::batch_bytes(4 * mib, 64 * mib) == 128 * kib);
  CHECK(publisher_set::batch_bytes(768 * kib, 64 * mib) == 96 * kib);
  CHECK(publisher_set::batch_bytes(64 * kib, 64 * mib) == 64 * kib);
  CHECK(publisher_set::batch_bytes(4 * mib, 1 * mib) == 64 * kib);
}

TEST_CASE("a plain publisher's records reach the ring and nothing is written to it") {
  fixture f;
  peer p = f.connect();
  p.send(stock_topic);
  p.send(stock_record("hello 0") + stock_record("hello 1"));
  REQUIRE(f.until_texts(2));
  CHECK(f.texts == std::vector<std::string>{"myapp: hello 0", "myapp: hello 1"});
  CHECK(p.receive());
  CHECK(p.received.empty());
  p.half_close();
  REQUIRE(f.until_closed(p));
  CHECK(p.received.empty());
  CHECK(f.set->size() == 0);
  CHECK(f.hub->topics().snapshot().front()->publishers == 0);
}

TEST_CASE("a stream that comes byte by byte is the same stream") {
  fixture f;
  peer p = f.connect();
  for (const char c : std::string(stock_topic) + " \n" + stock_record("slow")) {
    p.send({&c, 1});
    f.run_once();
  }
  REQUIRE(f.until_texts(1));
  CHECK(f.texts.front() == "myapp: slow");
}

TEST_CASE("garbage gets one line with the reason, a half-close, and is drained") {
  fixture f;
  peer p = f.connect();
  p.send("garbage");
  REQUIRE(f.until_closed(p));
  CHECK(p.received.starts_with(R"({"error":{"code":"bad_json")"));
  CHECK(p.received.ends_with("}}\n"));
  p.send("more that nobody reads");
  p.half_close();
  REQUIRE(f.until([&] { return f.set->size() == 0; }));
  CHECK(f.hub->at(0).counters().refused_publishers.get() == 1);
}

TEST_CASE("a refused record is skipped and counted; the next one is taken") {
  fixture f;
  peer p = f.connect();
  p.send(std::string(stock_topic) + R"({"time":"bad","raw":"x"})" + stock_record("good"));
  REQUIRE(f.until_texts(1));
  CHECK(f.texts.front() == "myapp: good");
  CHECK(f.hub->at(0).counters().refused_records.get() == 1);
  CHECK(f.hub->topics().snapshot().front()->refused == 1);
  CHECK(p.receive());
  CHECK(p.received.empty());
}

TEST_CASE("an acknowledged publisher is greeted, acknowledged and told what was refused") {
  fixture f;
  peer p = f.connect();
  p.send(R"({"app":"a","ack":true,"sequence":5})");
  REQUIRE(f.until_received(p, "\n"));
  CHECK(p.received ==
        fmt::format("{{\"logio\":1,\"epoch\":\"{:016x}\",\"ack\":4}}\n", f.hub->epoch()));
  p.send(R"({"raw":"five"}{"raw":6}{"raw":"seven"})");
  REQUIRE(f.until_received(p, "{\"ack\":7}\n"));
  CHECK(p.received.find(R"("code":"bad_record")") != std::string::npos);
  CHECK(p.received.find(R"("record":6)") != std::string::npos);
  CHECK(f.texts == std::vector<std::string>{"a: five", "a: seven"});
}

TEST_CASE("lines, the last one completed by a half-close") {
  fixture f;
  peer p = f.connect();
  p.send("{\"app\":\"a\",\"format\":\"lines\",\"ack\":true}\none\r\ntwo\nthree");
  REQUIRE(f.until_texts(2));
  p.half_close();
  REQUIRE(f.until_closed(p));
  CHECK(f.texts == std::vector<std::string>{"a: one", "a: two", "a: three"});
  CHECK(p.received.ends_with("{\"ack\":3}\n"));
}

TEST_CASE("a client that comes back is told what the hub has, and repeats are not duplicated") {
  fixture f;
  peer first = f.connect();
  first.send(R"({"app":"a","ack":true,"client":"c1"}{"raw":"1"}{"raw":"2"})");
  REQUIRE(f.until_received(first, "{\"ack\":2}"));
  peer second = f.connect();
  second.send(
      R"({"app":"a","ack":true,"client":"c1","sequence":2}{"raw":"2"}{"raw":"3"}{"raw":"4"})");
  REQUIRE(f.until_received(second, "{\"ack\":4}"));
  CHECK(second.received.find("\"ack\":2}") != std::string::npos);
  CHECK(f.texts == std::vector<std::string>{"a: 1", "a: 2", "a: 3", "a: 4"});
  CHECK(f.hub->at(0).counters().duplicate_records.get() == 1);
  // The older connection is superseded: what it still sends is not taken.
  first.send(R"({"raw":"stale"})");
  REQUIRE(f.until_closed(first));
  CHECK(f.texts.size() == 4);
}

TEST_CASE("a topic too many is refused with the limit and the remedy") {
  fixture f;
  peer a = f.connect(), b = f.connect(), c = f.connect();
  a.send(R"({"app":"a"}{"raw":"x"})");
  b.send(R"({"app":"b"}{"raw":"x"})");
  REQUIRE(f.until_texts(2));
  c.send(R"({"app":"c"}{"raw":"x"})");
  REQUIRE(f.until_closed(c));
  CHECK(c.received.find("too_many_topics") != std::string::npos);
  CHECK(c.received.find("--topics-max") != std::string::npos);
}

TEST_CASE("a connection without a byte is closed after the time-out, with the reason") {
  publisher_options options;
  options.first_byte_timeout = 1ms;
  fixture f(options);
  peer p = f.connect();
  REQUIRE(f.until_closed(p));
  CHECK(p.received.find("first_byte_timeout") != std::string::npos);
}

TEST_CASE("a peer that does not close after the reason is cut off") {
  publisher_options options;
  options.linger_timeout = 1ms;
  fixture f(options);
  peer p = f.connect();
  p.send("nonsense");
  REQUIRE(f.until([&] { return f.set->size() == 0; }));
}

TEST_CASE("a full ring stops reading and loses nothing; publishers go on when there is room") {
  fixture f;
  f.reading = false;
  std::vector<peer> peers;
  for (int i = 0; i < 2; ++i) {
    peers.push_back(f.connect());
    peers.back().send(fmt::format(R"({{"app":"app{}","format":"lines"}})", i) + "\n");
  }
  const std::string line(1000, 'x');
  std::size_t sent = 0;
  // Until the ring is full; then the sockets' buffers take a little more.
  for (int round = 0; round < 400 && !f.hub->at(0).stalled(); ++round) {
    for (peer& p : peers) {
      for (int i = 0; i < 20; ++i, ++sent) p.send(line + "\n");
    }
    f.run_once();
  }
  REQUIRE(f.hub->at(0).stalled());
  f.reading = true;
  REQUIRE(f.until_texts(sent));
  CHECK_FALSE(f.hub->at(0).stalled());
  for (peer& p : peers) p.half_close();
  REQUIRE(f.until([&] { return f.set->size() == 0; }));
  CHECK(f.texts.size() == sent);
}

TEST_CASE("a drain takes what has arrived, then says that the hub is shutting down") {
  fixture f;
  peer p = f.connect();
  p.send(std::string(stock_topic) + stock_record("first"));
  REQUIRE(f.until_texts(1));
  p.send(stock_record("second"));
  f.set->drain();
  REQUIRE(f.until_closed(p));
  CHECK(f.texts.size() == 2);
  CHECK(p.received.find("shutting_down") != std::string::npos);
}

/// A hub whose journal is the test: durable is what it says.
struct journal_fixture : fixture {
  journal_fixture() : fixture({}, 4 << 20, 64 << 10, true) {}
  /// Nothing more comes, however often the event loop turns.
  bool is_quiet(peer& p, std::size_t received) {
    for (int i = 0; i < 20; ++i) {
      run_once();
      p.receive();
    }
    return p.received.size() == received && !p.at_end;
  }
  void make_all_durable() { hub->set_durable(hub->ring().end().position); }
};

TEST_CASE("with a journal a record is acknowledged when it is durable; a half-close waits for it") {
  journal_fixture f;
  peer p = f.connect();
  p.send(R"({"app":"a","ack":true}{"raw":"1"}{"raw":"2"})");
  REQUIRE(f.until_texts(2));
  REQUIRE(f.until_received(p, "\"ack\":0}\n"));
  CHECK(f.is_quiet(p, p.received.size()));
  f.hub->set_durable(2);
  CHECK(f.is_quiet(p, p.received.size()));  // both came in one batch
  f.hub->set_durable(3);
  REQUIRE(f.until_received(p, "{\"ack\":2}\n"));
  p.send(R"({"raw":"3"}{"raw":4})");
  p.half_close();
  REQUIRE(f.until_texts(3));
  REQUIRE(f.until_received(p, R"("record":4)"));
  CHECK(f.is_quiet(p, p.received.size()));
  f.make_all_durable();
  REQUIRE(f.until_closed(p));
  CHECK(p.received.ends_with("{\"ack\":4}\n"));
}

TEST_CASE("a client is greeted with what is durable, and what the hub has is not repeated") {
  journal_fixture f;
  peer first = f.connect();
  first.send(R"({"app":"a","ack":true,"client":"c1"}{"raw":"1"}{"raw":"2"})");
  REQUIRE(f.until_texts(2));
  peer second = f.connect();
  second.send(R"({"app":"a","ack":true,"client":"c1"}{"raw":"1"}{"raw":"2"}{"raw":"3"})");
  REQUIRE(f.until_received(second, "\"ack\":0}\n"));
  REQUIRE(f.until_texts(3));
  CHECK(f.is_quiet(second, second.received.size()));
  f.make_all_durable();
  REQUIRE(f.until_received(second, "{\"ack\":3}\n"));
  CHECK(f.texts == std::vector<std::string>{"a: 1", "a: 2", "a: 3"});
  peer third = f.connect();
  third.send(R"({"app":"a","ack":true,"client":"c1","sequence":4})");
  REQUIRE(f.until_received(third, "\"ack\":3}\n"));
}

TEST_CASE("what waits for room in the ring is not acknowledged with what is durable") {
  journal_fixture f;
  f.reading = false;
  peer p = f.connect();
  p.send(R"({"app":"a","ack":true,"format":"lines"})" "\n");
  REQUIRE(f.until_received(p, "\"ack\":0}\n"));
  const std::string line(1000, 'x');
  for (int round = 0; round < 600 && !f.hub->at(0).stalled(); ++round) {
    for (int i = 0; i < 20; ++i) p.send(line + "\n");
    f.run_once();
  }
  REQUIRE(f.hub->at(0).stalled());
  const std::uint64_t in_ring = f.hub->ring().end().position - 1;
  f.make_all_durable();
  REQUIRE(f.until_received(p, fmt::format("{{\"ack\":{}}}\n", in_ring)));
  CHECK(f.is_quiet(p, p.received.size()));
}

TEST_CASE("a drain waits until what was read is durable") {
  journal_fixture f;
  peer p = f.connect();
  p.send(R"({"app":"a","ack":true}{"raw":"1"})");
  REQUIRE(f.until_texts(1));
  f.set->drain();
  REQUIRE(f.until_received(p, "\"ack\":0}\n"));
  CHECK(f.is_quiet(p, p.received.size()));
  CHECK_FALSE(f.set->drained());
  f.make_all_durable();
  REQUIRE(f.until_closed(p));
  CHECK(p.received.find("{\"ack\":1}\n{\"error\":{\"code\":\"shutting_down\"") !=
        std::string::npos);
}

TEST_CASE("unfinished records are bounded over all publishers, and the longest goes first") {
  fixture f({}, 4 << 20, 64 << 10);
  const auto total = static_cast<std::int64_t>(f.hub->options().input_bytes_total);
  REQUIRE(f.hub->hold_input(total - (64 << 10)));
  peer small = f.connect();
  small.send(std::string(stock_topic) + stock_record("first"));
  REQUIRE(f.until_texts(1));
  small.send(R"({"raw":")" + std::string(1000, 'y'));
  peer hog = f.connect();
  hog.send(std::string(stock_topic) + R"({"raw":")" + std::string(100 << 10, 'x'));
  REQUIRE(f.until_closed(hog));
  CHECK(hog.received.find("--input-bytes-total") != std::string::npos);
  CHECK(f.hub->hold_input(1));  // what it held is given back

  // A record that was merely cut by the end of a read is taken, whatever others hold.
  f.hub->hold_input(total);
  small.send(R"("}{"raw":"half)");
  REQUIRE(f.until_texts(2));
  small.send(R"( and half"})");
  REQUIRE(f.until_texts(3));
  CHECK(f.texts.back() == "myapp: half and half");
  CHECK(small.received.empty());
}

}  // namespace
}  // namespace logio::input
