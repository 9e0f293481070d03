#include "logio/client/publisher.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scripted_hub.hpp"

namespace logio::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds never = std::chrono::hours(1);

/// A publisher to a scripted hub, and what it told of it.
struct scene {
  scripted_hub hub;
  std::mutex mutex;
  std::vector<event::what> told;
  std::vector<std::string> texts;
  std::optional<publisher> to;
  int next = 0;

  /// `silence`: when a hub is taken for an original one.
  explicit scene(milliseconds silence = never, std::size_t buffer_bytes = 1 << 20) {
    publisher_options options;
    options.hubs = {{"127.0.0.1", hub.port()}};
    options.app = "a\"b";
    options.buffer_bytes_max = buffer_bytes;
    options.greeting_timeout = silence;
    options.first_retry = milliseconds(1);
    options.longest_retry = milliseconds(10);
    options.on_event = [this](const event& e) {
      const std::lock_guard lock(mutex);
      told.push_back(e.kind);
      texts.emplace_back(e.text);
    };
    to.emplace(std::move(options));
  }

  void add(int count) {
    while (count-- > 0) to->add({.text = std::to_string(next++), .time_ns = 1});
  }

  std::size_t count(event::what kind) {
    const std::lock_guard lock(mutex);
    std::size_t out = 0;
    for (const event::what each : told) out += each == kind ? 1 : 0;
    return out;
  }
};

std::vector<std::string> raws(const std::vector<std::string>& records) {
  std::vector<std::string> out;
  for (const std::string& each : records) out.push_back(raw_of(each));
  return out;
}

std::vector<std::string> numbers(int first, int end) {
  std::vector<std::string> out;
  for (int n = first; n < end; ++n) out.push_back(std::to_string(n));
  return out;
}

bool adds_up(const publisher_stats& s) {
  return s.added == s.acknowledged + s.refused + s.dropped + s.unconfirmed;
}

}  // namespace

TEST_CASE("the records go with the topic, and close() waits until they are acknowledged") {
  scene s;
  s.add(3);
  auto c = s.hub.accept();
  const std::string topic = c.read_line();
  CHECK(topic.starts_with(R"({"app":"a\"b","proc":"","host":"","ack":true,"client":")"));
  CHECK(sequence_of(topic) == 1);
  CHECK(raws(c.read_lines(3)) == numbers(0, 3));
  c.greet(0);
  c.ack(3);
  const auto last = s.to->close(test_deadline);
  CHECK(last.acknowledged == 3);
  CHECK(last.unconfirmed == 0);
  CHECK(c.read_line().empty());  // the half-close
  CHECK(s.count(event::what::connected) == 1);
}

TEST_CASE("after a cut the unacknowledged go again, the same bytes under the same numbers") {
  scene s;
  s.add(10);
  std::vector<std::string> first, second;
  std::string client;
  {
    auto c = s.hub.accept();
    client = c.read_line();
    first = c.read_lines(10);
    c.greet(0);
    c.ack(4);
    // Written after the acknowledgement and before the reset.
    c.send(R"({"error":{"code":"x","message":"seen","record":4}})" "\n");
    while (s.count(event::what::refused) == 0) std::this_thread::yield();
    c.reset();
  }
  auto c = s.hub.accept();
  const std::string topic = c.read_line();
  CHECK(sequence_of(topic) == 5);
  CHECK(topic.substr(0, topic.find("\"sequence\"")) ==
        client.substr(0, client.find("\"sequence\"")));
  second = c.read_lines(6);
  CHECK(second == std::vector<std::string>(first.begin() + 4, first.end()));
  c.greet(4);
  s.add(1);
  CHECK(raw_of(c.read_line()) == "10");
  c.ack(11);
  const auto last = s.to->close(test_deadline);
  CHECK(last.acknowledged + last.refused == 11);
  CHECK(adds_up(last));
}

TEST_CASE("a hub that closes within a record gets it whole on the next connection") {
  scene s;
  s.add(200);
  {
    auto c = s.hub.accept();
    c.read_line();
    c.greet(0);
    c.read_bytes(777);
    c.close();
  }
  auto c = s.hub.accept();
  CHECK(sequence_of(c.read_line()) == 1);
  CHECK(raws(c.read_lines(200)) == numbers(0, 200));
  // It had some of them, from the connection before: the greeting says so.
  c.greet(120);
  c.ack(200);
  CHECK(s.to->close(test_deadline).acknowledged == 200);
}

TEST_CASE("what the greeting acknowledges is sent all the same: the hub counts what it reads") {
  scene s(never, 16 << 20);
  s.add(20'000);  // more batches than are sent before answers are looked for
  {
    auto c = s.hub.accept();
    c.read_line();
    c.read_lines(15'000);
    c.reset();
  }
  auto c = s.hub.accept();
  CHECK(sequence_of(c.read_line()) == 1);
  c.greet(15'000);
  CHECK(raws(c.read_lines(3000)) == numbers(0, 3000));
  c.reset();
  auto again = s.hub.accept();
  CHECK(sequence_of(again.read_line()) == 15'001);
  again.greet(15'000);
  const auto dropped = s.to->stats().dropped;
  REQUIRE(dropped == 0);
  CHECK(raws(again.read_lines(5000)) == numbers(15'000, 20'000));
  again.ack(20'000);
  CHECK(s.to->close(test_deadline).acknowledged == 20'000);
}

TEST_CASE("records wait while nobody listens, and go when somebody does") {
  scene s;
  s.hub.shut();
  s.add(5);
  while (s.count(event::what::away) == 0) std::this_thread::yield();
  CHECK(s.to->stats().unconfirmed == 5);
  s.hub.open();
  for (;;) {  // the first may be from before
    auto c = s.hub.accept();
    if (c.read_line().empty()) continue;
    CHECK(raws(c.read_lines(5)) == numbers(0, 5));
    c.greet(0);
    c.ack(5);
    CHECK(s.to->close(test_deadline).acknowledged == 5);
    break;
  }
  CHECK(s.count(event::what::away) == 1);
}

TEST_CASE("an original hub is sent everything once, also over a cut") {
  scene s(milliseconds(50));
  s.add(5);
  {
    auto c = s.hub.accept();
    c.read_line();
    CHECK(raws(c.read_lines(5)) == numbers(0, 5));
    while (s.count(event::what::original) == 0) std::this_thread::yield();
    s.add(1);
    CHECK(raw_of(c.read_line()) == "5");
    c.close();
  }
  {
    auto c = s.hub.accept();  // waits for its greeting with what it was sent before
    CHECK(sequence_of(c.read_line()) == 1);
    s.add(1);
    CHECK(c.read_line().empty());
  }
  auto c = s.hub.accept();
  CHECK(sequence_of(c.read_line()) == 7);
  CHECK(raw_of(c.read_line()) == "6");
  while (s.count(event::what::original) < 2) std::this_thread::yield();
  std::thread closes([&] {
    CHECK(c.read_line().empty());
    c.close();
  });
  const auto last = s.to->close(test_deadline);
  closes.join();
  CHECK(last.sent_plain == 7);
  CHECK(last.unconfirmed == 7);
  CHECK(adds_up(last));
}

TEST_CASE("a hub that was only slow gets again what it may not have") {
  scene s(milliseconds(50));
  s.add(5);
  {
    auto c = s.hub.accept();
    c.read_line();
    while (s.count(event::what::original) == 0) std::this_thread::yield();
    c.close();
  }
  auto c = s.hub.accept();
  CHECK(sequence_of(c.read_line()) == 1);
  c.greet(2);  // it had read two of them
  CHECK(raws(c.read_lines(5)) == numbers(0, 5));  // it counts from the topic's sequence
  c.ack(5);
  CHECK(s.to->close(test_deadline).acknowledged == 5);
}

TEST_CASE("a late greeting is as good as one in time") {
  scene s(milliseconds(50));
  s.add(2);
  auto c = s.hub.accept();
  c.read_line();
  while (s.count(event::what::original) == 0) std::this_thread::yield();
  c.greet(0);
  c.ack(2);
  const auto last = s.to->close(test_deadline);
  CHECK(last.acknowledged == 2);
  CHECK(last.sent_plain == 0);
}

TEST_CASE("a stalled hub keeps nobody waiting, and the numbers are exact") {
  scene s(never, 64 * 1024);
  auto c = s.hub.accept();
  c.read_line();
  c.greet(0);
  const std::string text(500, 'x');
  // More than the buffer and what sockets hold.
  for (int i = 0; i < 40'000; ++i) s.to->add({.text = text, .time_ns = 1});
  const auto last = s.to->close(milliseconds(1));
  CHECK(last.added == 40'000);
  CHECK(last.dropped > 0);
  CHECK(last.acknowledged == 0);
  CHECK(adds_up(last));
  CHECK(s.to->stats().dropped == last.dropped);
}

TEST_CASE("what was dropped is told in its place") {
  scene s(never, 16 * 1024);
  s.hub.shut();
  while (s.count(event::what::away) == 0) {
    std::this_thread::yield();
  }
  s.add(2000);
  const auto dropped = s.to->stats().dropped;
  REQUIRE(dropped > 0);
  s.hub.open();
  auto c = s.hub.accept();
  c.read_line();
  c.greet(0);
  const std::string notice = c.read_line();
  CHECK(raw_of(notice).starts_with("Error L10 (output buffer overflow): " +
                                   std::to_string(dropped) + " messages dropped since "));
  CHECK(notice.find(R"("severity":"warn")") != std::string::npos);
  CHECK(raw_of(c.read_line()) == std::to_string(dropped));
  const std::uint64_t all = 1 + 2000 - dropped;
  for (std::uint64_t n = 2; n <= all; ++n) {
    c.ack(n);
    if (n < all) c.read_line();
  }
  const auto last = s.to->close(test_deadline);
  CHECK(last.dropped == dropped);
  CHECK(s.count(event::what::dropped) == 1);
  CHECK(last.acknowledged == 2000 - dropped);  // the notice is none of the application's
}

TEST_CASE("a refused record counts as refused, once, and its reason is told") {
  scene s;
  s.add(3);
  {
    auto c = s.hub.accept();
    c.read_lines(4);
    c.greet(0);
    c.send(R"({"error":{"code":"bad","message":"no \"text\"","record":2}})" "\n");
    while (s.count(event::what::refused) == 0) std::this_thread::yield();
    c.reset();
  }
  auto c = s.hub.accept();
  c.read_lines(4);
  c.greet(0);
  c.send(R"({"error":{"code":"bad","message":"no \"text\"","record":2}})" "\n");
  c.ack(3);
  const auto last = s.to->close(test_deadline);
  CHECK(last.refused == 1);
  CHECK(last.acknowledged == 2);
  CHECK(adds_up(last));
  CHECK(s.count(event::what::refused) == 1);
  CHECK(std::count(s.texts.begin(), s.texts.end(), "no \"text\"") == 1);
}

}  // namespace logio::client
