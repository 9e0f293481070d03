#include "logio/client/publisher.hpp"

#include <catch2/catch_test_macros.hpp>

#include <future>
#include <string>
#include <thread>

#include "scripted_hub.hpp"

namespace logio::client {
namespace {

using std::chrono::milliseconds;

}  // namespace

TEST_CASE("flush waits until what was added before is acknowledged") {
  scripted_hub hub;
  publisher to(options_for(hub));
  CHECK(to.flush(milliseconds(0)));  // there is nothing
  to.add("one\r\n");
  to.add("two");
  auto c = hub.accept();
  c.read_line();
  c.greet(0);
  CHECK(raw_of(c.read_line()) == "one");
  CHECK(raw_of(c.read_line()) == "two");
  CHECK(!to.flush(milliseconds(1)));
  auto flushed = std::async(std::launch::async, [&] { return to.flush(test_deadline); });
  c.ack(1);
  c.ack(2);
  CHECK(flushed.get());
  to.add("three");
  CHECK(!to.flush(milliseconds(1)));
  CHECK(to.stats().unconfirmed == 1);
}

TEST_CASE("several may flush at a time") {
  scripted_hub hub;
  publisher to(options_for(hub));
  to.add("one");
  auto c = hub.accept();
  c.read_lines(2);
  auto first = std::async(std::launch::async, [&] { return to.flush(test_deadline); });
  auto second = std::async(std::launch::async, [&] { return to.flush(test_deadline); });
  c.greet(1);
  CHECK(first.get());
  CHECK(second.get());
}

TEST_CASE("what an original hub was sent is not known to be there") {
  scripted_hub hub;
  auto options = options_for(hub);
  options.greeting_timeout = milliseconds(1);
  publisher to(std::move(options));
  to.add("one");
  auto c = hub.accept();
  c.read_lines(2);
  CHECK(!to.flush(milliseconds(20)));
}

TEST_CASE("an inactive publisher takes everything and waits for nothing") {
  publisher none;
  CHECK(!none);
  none.add("x");
  none.add({.text = "x", .time_ns = 1});
  CHECK(none.flush(test_deadline));
  CHECK(none.stats().added == 0);
  CHECK(none.close(test_deadline).added == 0);
}

TEST_CASE("one that starts with its first record does not connect before") {
  scripted_hub hub;
  auto options = options_for(hub);
  options.start_at_first_record = true;
  {
    publisher unused(options);
    CHECK(unused.flush(milliseconds(0)));
    CHECK(unused.close(test_deadline).added == 0);
  }
  publisher to(options);
  to.add("x");
  auto c = hub.accept();  // the first one that ever connects
  CHECK(!c.read_line().empty());
  CHECK(raw_of(c.read_line()) == "x");
  c.greet(1);
  CHECK(to.close(test_deadline).acknowledged == 1);
}

TEST_CASE("a publisher's end sends what is left, for as long as it may take") {
  scripted_hub hub;
  publisher_options options = options_for(hub);
  options.end_timeout = test_deadline;
  auto ended = std::async(std::launch::async, [&options] {
    publisher to(options);
    to.add("one");
    to.add("two");
  });
  {
    auto c = hub.accept();
    c.read_line();
    c.greet(0);
    CHECK(c.read_lines(2).size() == 2);
    CHECK(ended.wait_for(milliseconds(50)) == std::future_status::timeout);
    c.ack(2);
    ended.get();
  }
  options.end_timeout = milliseconds(50);
  hub.shut();
  const auto began = std::chrono::steady_clock::now();
  {
    publisher to(options);
    to.add("lost");
    CHECK(to.close(milliseconds(1)).dropped == 1);  // its end has nothing left to wait for
  }
  CHECK(std::chrono::steady_clock::now() - began < test_deadline);
}

}  // namespace logio::client
