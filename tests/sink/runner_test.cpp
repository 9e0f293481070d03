#include "logio/sink/runner.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <future>
#include <set>

#include "logio/base/posix_file.hpp"
#include "logio/sink/place_file.hpp"
#include "fed_records.hpp"
#include "support/temporary_folder.hpp"

namespace logio::sink {
namespace {

using namespace testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds deadline{20};

/// A peer that does what it is told, by the text: "no …" is refused, others are taken unless it is
/// down. Notes what it has taken.
class told_client final : public client {
 public:
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    bool down = false;
    std::size_t takes_at_most = 1000;  // of one call; the rest stays pending
    std::vector<std::string> taken;
    std::vector<std::size_t> calls;  // items of each
    std::set<std::string> offered, told_wrong;

    bool wait_for(std::size_t count) {
      std::unique_lock lock(mutex);
      return changed.wait_for(lock, deadline, [&] { return taken.size() >= count; });
    }
    bool wait_for_calls(std::size_t count) {
      std::unique_lock lock(mutex);
      return changed.wait_for(lock, deadline, [&] { return calls.size() >= count; });
    }
    void set_down(bool to) {
      const std::lock_guard lock(mutex);
      down = to;
    }
  };

  explicit told_client(state& with) : with_(with) {}

  void deliver(std::span<const item> items, outcome& out) override {
    const std::lock_guard lock(with_.mutex);
    with_.calls.push_back(items.size());
    std::size_t taken = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string text(items[i].record.text());
      if (items[i].repeated != !with_.offered.insert(text).second) with_.told_wrong.insert(text);
      if (with_.down || taken == with_.takes_at_most) {
        out.error = "cannot connect to peer:1: connection refused";
        continue;
      }
      if (text.starts_with("no")) {
        out.fates[i] = fate::refused;
        out.refusals.push_back({i, "it does not like " + text});
        continue;
      }
      out.fates[i] = fate::delivered;
      out.sent_bytes += text.size();
      with_.taken.push_back(text);
      ++taken;
    }
    with_.changed.notify_all();
  }
  void close() noexcept override {}
  void interrupt() noexcept override {}

 private:
  state& with_;
};

struct fixture {
  explicit fixture(const sink_options& options = {}, const std::string& folder = "") {
    auto made = std::make_unique<queue_source>(filter::filter(), 16 << 20, test_epoch, 1);
    source = made.get();
    runner::parts parts{options, folder, std::move(made), std::make_unique<told_client>(peer), 0};
    if (parts.options.batch_age == milliseconds(100)) parts.options.batch_age = milliseconds(1);
    parts.options.name = "test";
    run = std::make_unique<runner>(std::move(parts));
    run->start();
  }
  void push(const std::vector<std::string>& lines) {
    source->push(texts(lines).fed(topic, next));
    next += lines.size();
  }
  void end(milliseconds within, bool keeps = false) {
    run->drain(clock::now() + within, keeps);
    run->join();
  }
  sink_status wait_for_state(sink_state wanted) {
    const auto until = clock::now() + deadline;
    sink_status s = run->status();
    while (s.state != wanted && clock::now() < until) {
      std::this_thread::yield();
      s = run->status();
    }
    CHECK(s.state == wanted);
    return s;
  }

  told_client::state peer;
  hub::topic_ptr topic = make_topic(1, {"a", "p", "h"});
  std::uint64_t next = 1;
  queue_source* source = nullptr;
  std::unique_ptr<runner> run;
};

TEST_CASE("everything is delivered once and in order, and an end takes what is left along") {
  fixture f;
  std::vector<std::string> expected;
  for (int i = 0; i < 1000; ++i) {
    expected.push_back(std::to_string(i));
    f.push({expected.back()});
  }
  f.end(deadline);
  CHECK(f.peer.taken == expected);
  const sink_status s = f.run->status();
  CHECK(s.state == sink_state::stopped);
  CHECK(s.sent_records == 1000);
  CHECK(s.source.matched == 1000);
  CHECK(s.source.lag_records == 0);
  CHECK(s.retried_requests == 0);
  CHECK(s.place == log_place{test_epoch, 1000});
}

TEST_CASE("a peer that is down is tried again until it is there, and that is told") {
  fixture f;
  f.peer.set_down(true);
  f.push({"a", "b"});
  const sink_status down = f.wait_for_state(sink_state::back_off);
  CHECK(down.last_error == "cannot connect to peer:1: connection refused");
  CHECK(down.sent_records == 0);
  REQUIRE(f.peer.wait_for_calls(2));
  f.push({"c"});
  f.peer.set_down(false);
  REQUIRE(f.peer.wait_for(3));
  const sink_status up = f.wait_for_state(sink_state::up);
  CHECK(up.since_ns >= down.since_ns);
  CHECK(up.retried_requests >= 2);
  CHECK(f.peer.told_wrong.empty());  // `repeated` is told exactly
  f.end(deadline);
  CHECK(f.peer.taken == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("a peer that takes a part: the rest comes again, in front of what is new") {
  fixture f;
  {
    const std::lock_guard lock(f.peer.mutex);
    f.peer.takes_at_most = 2;
  }
  f.push({"a", "b", "c", "d", "e"});
  REQUIRE(f.peer.wait_for(5));
  f.end(deadline);
  CHECK(f.peer.taken == std::vector<std::string>{"a", "b", "c", "d", "e"});
  CHECK(f.run->status().sent_records == 5);
}

TEST_CASE("what is refused is put aside with the reason, and nothing waits for it") {
  const temporary_folder folder;
  fixture f({}, folder.path());
  f.push({"a", "no 1", "b", "no 2"});
  f.push({"c"});
  f.end(deadline);
  CHECK(f.peer.taken == std::vector<std::string>{"a", "b", "c"});
  const sink_status s = f.run->status();
  CHECK(s.dead_records == 2);
  CHECK(s.sent_records + s.dead_records == s.source.matched);
  std::uint64_t at = 0;
  const auto dead = f.run->dead().read(at, 10'000);
  CHECK(dead->find("it does not like no 1") < dead->find("it does not like no 2"));
}

TEST_CASE("what is not taken for too long is put with the dead letters, if one says so") {
  sink_options o;
  o.retry_max_age = milliseconds(1);
  fixture f(o);
  f.peer.set_down(true);
  f.push({"a"});
  const auto until = clock::now() + deadline;
  while (f.run->dead().count() == 0 && clock::now() < until) std::this_thread::yield();
  f.peer.set_down(false);
  f.push({"b"});
  REQUIRE(f.peer.wait_for(1));
  f.end(deadline);
  CHECK(f.peer.taken == std::vector<std::string>{"b"});
  CHECK(f.run->status().dead_records == 1);
}

TEST_CASE("the rate limit holds, and does not hold back more than it must") {
  sink_options o;
  o.rate_records = 1000;
  fixture f(o);
  const auto began = clock::now();
  for (int i = 0; i < 600; ++i) f.push({std::to_string(i)});
  REQUIRE(f.peer.wait_for(600));
  const auto took = clock::now() - began;
  f.end(deadline);
  CHECK(took >= milliseconds(480));  // a tenth of a second's worth may go at once
  CHECK(f.peer.taken.size() == 600);
}

TEST_CASE("an end waits for a peer that is down until its deadline, or not if nothing is lost") {
  const bool keeps = GENERATE(true, false);
  fixture f;
  f.peer.set_down(true);
  f.push({"a"});
  (void)f.wait_for_state(sink_state::back_off);
  const auto began = clock::now();
  f.end(keeps ? milliseconds(deadline) : milliseconds(300), keeps);
  CHECK(clock::now() - began < seconds(10));
  CHECK(f.run->status().state == sink_state::stopped);
  CHECK(f.run->status().place == log_place{test_epoch, 0});
  CHECK(f.run->status().source.lag_records == 1);
}

TEST_CASE("dead letters are delivered again on demand; what is refused again stays") {
  const temporary_folder folder;
  fixture f({}, folder.path());
  f.push({"no 1", "a", "no 2"});
  REQUIRE(f.peer.wait_for(1));
  const auto until = clock::now() + deadline;
  while (f.run->status().dead_records < 2 && clock::now() < until) std::this_thread::yield();
  const std::size_t calls = f.peer.calls.size();
  CHECK(f.run->resend() == 2);
  REQUIRE(f.peer.wait_for_calls(calls + 1));
  while (f.run->status().dead_records < 4 && clock::now() < until) std::this_thread::yield();
  f.end(deadline);
  CHECK(f.run->dead().count() == 2);
  CHECK(f.run->resend() == 2);
}

TEST_CASE("one that hands over ends behind its batch, and leaves the rest") {
  const bool down = GENERATE(false, true);
  sink_options few;
  few.batch_records = 10;
  fixture f(few);
  f.peer.set_down(down);
  for (int i = 0; i < 500; ++i) f.push({std::to_string(i)});
  if (down) {
    f.wait_for_state(sink_state::back_off);
  } else {
    REQUIRE(f.peer.wait_for(20));
  }
  f.run->hand_over(clock::now() + deadline);
  f.run->join();
  CHECK(f.run->ended());
  const sink_status s = f.run->status();
  CHECK(s.sent_records == f.peer.taken.size());
  queue_source next(filter::filter(), 16 << 20, test_epoch, 1);
  next.take_over(*f.source);
  CHECK(next.counts().waiting == 500 - f.peer.taken.size());
  batch left;
  next.fetch(left, {1000, 1 << 20}, clock::now());
  if (!left.items.empty()) CHECK(left.items.front().position == f.peer.taken.size() + 1);
}

TEST_CASE("what is sent again is not counted as new") {
  fixture f;
  f.push({"no 1", "no 2", "yes"});
  REQUIRE(f.peer.wait_for(1));
  const auto until = clock::now() + deadline;
  while (f.run->resend() != 2 && clock::now() < until) std::this_thread::yield();
  REQUIRE(f.peer.wait_for_calls(2));
  f.push({"more"});
  REQUIRE(f.peer.wait_for(2));
  f.end(deadline);
  const sink_status s = f.run->status();
  CHECK(s.sent_records == 2);
  CHECK(s.dead_records == 2);
  CHECK(s.source.matched == s.sent_records + s.dead_records);
}

TEST_CASE("the place is on disk at the end") {
  const temporary_folder folder;
  REQUIRE(open_place(folder.path(), "test").has_value());
  fixture f({}, folder.file("test"));
  f.push({"a", "b"});
  f.end(deadline);
  CHECK(open_place(folder.path(), "test")->place == log_place{test_epoch, 2});
}

TEST_CASE("where a sink begins is on disk too, before anything is delivered") {
  const temporary_folder folder;
  REQUIRE(open_place(folder.path(), "test").has_value());
  fixture f({}, folder.file("test"));
  f.peer.set_down(true);
  f.push({"a"});
  (void)f.wait_for_state(sink_state::back_off);
  f.end(deadline, true);
  CHECK(open_place(folder.path(), "test")->place == log_place{test_epoch, 0});
}

}  // namespace
}  // namespace logio::sink
