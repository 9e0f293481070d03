#include "sink/parallel_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "fed_records.hpp"

namespace logio::sink {
namespace {

using namespace testing;

/// Refuses texts that begin with `no`; from the first `wait` or `busy` on all is pending.
class told_client final : public client {
 public:
  struct notes {
    std::vector<std::string> texts;
    std::size_t calls = 0, closed = 0, interrupted = 0;
  };
  explicit told_client(notes& to) : notes_(to) {}

  void deliver(std::span<const item> items, outcome& out) override {
    ++notes_.calls;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string text(items[i].record.text());
      if (text == "wait" || text == "busy") {
        out.error = text;
        out.busy = text == "busy";
        return;
      }
      if (text.starts_with("no")) {
        out.fates[i] = fate::refused;
        out.refusals.push_back({i, "not " + text});
        continue;
      }
      out.fates[i] = fate::delivered;
      notes_.texts.push_back(text);
    }
    out.sent_bytes = items.size();
  }
  void close() noexcept override { ++notes_.closed; }
  void interrupt() noexcept override { ++notes_.interrupted; }

 private:
  notes& notes_;
};

struct pair {
  told_client::notes first, second;
  parallel_client client{make()};

  std::vector<std::unique_ptr<sink::client>> make() {
    std::vector<std::unique_ptr<sink::client>> out;
    out.push_back(std::make_unique<told_client>(first));
    out.push_back(std::make_unique<told_client>(second));
    return out;
  }

  outcome deliver(const std::vector<std::string>& of) {
    const texts made(of);
    const record::topic topic{"a", "", ""};
    std::vector<item> items;
    for (const record::view r : made.view()) items.push_back({r, &topic, 1, test_epoch, 1});
    outcome out;
    out.fates.assign(items.size(), fate::pending);
    client.deliver(items, out);
    return out;
  }
};

std::vector<std::string> some(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(std::to_string(i));
  return out;
}

TEST_CASE("a batch is shared once a call went well, and the fates are in its order") {
  pair p;
  CHECK(p.deliver(some(400)).error.empty());
  CHECK(p.second.calls == 0);
  auto batch = some(401);
  batch[3] = "no 3";
  batch[400] = "no 400";
  const outcome out = p.deliver(batch);
  CHECK(p.first.calls == 2);
  CHECK(p.second.calls == 1);
  CHECK(p.first.texts.size() + p.second.texts.size() == 400 + 399);
  CHECK(out.sent_bytes == 401);
  REQUIRE(out.fates.size() == 401);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    CHECK(out.fates[i] == (i == 3 || i == 400 ? fate::refused : fate::delivered));
  }
  REQUIRE(out.refusals.size() == 2);
  CHECK(out.refusals[0].item == 3);
  CHECK(out.refusals[1].item == 400);
  CHECK(out.refusals[1].why == "not no 400");
}

TEST_CASE("a few records are not shared") {
  pair p;
  (void)p.deliver(some(2 * parallel_client::part_records_min));
  (void)p.deliver(some(2 * parallel_client::part_records_min - 1));
  CHECK(p.second.calls == 0);
  (void)p.deliver(some(2 * parallel_client::part_records_min));
  CHECK(p.second.calls == 1);
}

TEST_CASE("a peer in trouble is asked by one, and a failure counts more than being busy") {
  pair p;
  (void)p.deliver(some(400));
  auto batch = some(400);
  batch[0] = "busy";
  batch[399] = "wait";
  const outcome out = p.deliver(batch);
  CHECK(out.error == "wait");
  CHECK_FALSE(out.busy);
  CHECK(out.fates[0] == fate::pending);
  CHECK(out.fates[200] == fate::delivered);
  CHECK(out.fates[399] == fate::pending);
  CHECK(p.second.calls == 1);
  (void)p.deliver(some(400));
  CHECK(p.second.calls == 1);
  (void)p.deliver(some(400));
  CHECK(p.second.calls == 2);
  batch[399] = "399";
  CHECK(p.deliver(batch).busy);
}

TEST_CASE("all of them are closed and interrupted") {
  pair p;
  p.client.close();
  p.client.interrupt();
  CHECK(p.first.closed == 1);
  CHECK(p.second.closed == 1);
  CHECK(p.first.interrupted == 1);
  CHECK(p.second.interrupted == 1);
}

}  // namespace
}  // namespace logio::sink
