#include "logio/hub/shard.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/core.h>

#include <memory>
#include <string>
#include <vector>

#include "hub/support.hpp"
#include "logio/hub/hub.hpp"

namespace logio::hub::testing {
namespace {

/// A stream whose kernel is full after every write, and has room again when it is asked.
class prompt_reader final : public subscriber {
 public:
  void on_ready() noexcept override { write(); }
  void on_backlog() noexcept override {
    ++backlogs;
    write();
  }
  /// Confirms what the kernel has, and gives it as much again. False: there was nothing.
  bool write() {
    if (sub->in_flight()) sub->sent();
    pieces_.clear();
    if (sub->take(pieces_, 64, 256 << 10) == 0) return false;
    for (const auto piece : pieces_) received += piece;
    return true;
  }

  std::unique_ptr<subscription> sub;
  std::string received;
  int backlogs = 0;

 private:
  std::vector<std::string_view> pieces_;
};

/// A stream whose kernel has no room.
class stuck_reader final : public subscriber {
 public:
  void on_ready() noexcept override {
    std::vector<std::string_view> pieces;
    sub->take(pieces, 64, 1 << 20);
  }
  void on_backlog() noexcept override { ++backlogs; }

  std::unique_ptr<subscription> sub;
  int backlogs = 0;
};

struct thread_of_a_hub {
  static hub_options options() {
    hub_options o;
    o.ring_bytes = std::size_t{4} << 20;
    o.record_bytes_max = 64 << 10;
    o.subscriber_queue_bytes = std::size_t{2} << 20;
    return o;
  }

  /// One batch of the shape that a read of a busy publisher has, without a turn of the event loop.
  void publish() {
    batch.clear();
    for (int i = 0; i < 400; ++i) {
      const std::string text = fmt::format("{:0128}", lines++);
      batch.append({}, text);
      expected += text;
      expected += '\n';
    }
    REQUIRE(own.publish(*topic, batch, 1'000'000'000));
    // What is appended is dispatched while it still lies in the cache.
    REQUIRE(own.appended_end() - own.dispatch().position().position < 5 * batch.count());
  }

  boost::asio::io_context context;
  plain_encoder encoder;
  std::unique_ptr<hub> made = hub::open(options(), {context.get_executor()}).value();
  shard& own = made->at(0);
  topic_ptr topic = made->topics().open({"shop", "web", "h"}, 1, 0).value();
  record::batch_builder batch{64 << 10};
  std::string expected;
  int lines = 0;
};

TEST_CASE("readers that keep up lose nothing while publishers keep the event loop from turning") {
  // One goes at once, several by the turn.
  const auto readers_count = GENERATE(std::size_t{1}, std::size_t{3});
  CAPTURE(readers_count);
  thread_of_a_hub t;
  std::vector<prompt_reader> readers(readers_count);
  for (auto& r : readers) r.sub = t.own.subscribe(compiled(apps("shop")), t.encoder, r);
  // Several times the ring, and the queue.
  for (int i = 0; i < 400; ++i) t.publish();
  t.own.dispatch_all();
  for (auto& r : readers) {
    CHECK(r.backlogs > 10);
    while (r.write()) {
    }
    const auto counts = r.sub->counts();
    CHECK(counts.dropped == 0);
    CHECK(counts.sent == static_cast<std::uint64_t>(t.lines));
    CHECK(r.received == t.expected);
    r.sub.reset();
  }
}

TEST_CASE("a reader that has stopped is asked once per sixteenth of its queue") {
  thread_of_a_hub t;
  stuck_reader r;
  r.sub = t.own.subscribe(compiled(apps("shop")), t.encoder, r);
  for (int i = 0; i < 400; ++i) t.publish();
  t.own.dispatch_all();
  const auto counts = r.sub->counts();
  CHECK(counts.dropped > 0);
  CHECK(counts.dropped + counts.queued == static_cast<std::uint64_t>(t.lines));
  CHECK(counts.queued_bytes <= t.options().subscriber_queue_bytes);
  const std::size_t sixteenths =
      t.expected.size() / (t.options().subscriber_queue_bytes / 16);
  CHECK(static_cast<std::size_t>(r.backlogs) <= sixteenths + 1);
  CHECK(static_cast<std::size_t>(r.backlogs) > sixteenths / 4);
  r.sub.reset();
}

}  // namespace
}  // namespace logio::hub::testing
