#include "app/ship_source.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <thread>
#include <vector>

#include "app/ship_piece.hpp"
#include "logio/filter/filter.hpp"

namespace logio::app {
namespace {

using sink::clock;
using sink::log_place;
using std::chrono::seconds;

constexpr std::uint64_t epoch = 0xabc;
const record::topic shop{"shop", "web", "h1"}, pay{"pay", "db", "h2"};

record::batch_builder batch_of(const std::string& text) {
  record::batch_builder out(4096);
  record::head h;
  h.text_bytes = static_cast<std::uint32_t>(text.size());
  out.append(h, text);
  return out;
}

void add(ship_writer& to, const std::string& text, const record::topic& topic = shop,
         const log_place& place = {}) {
  const record::batch_builder made = batch_of(text);
  to.add(*made.view().begin(), topic, 1, place);
}

void push(ship_source& to, ship_writer& from) {
  auto piece = from.take();
  REQUIRE(piece);
  REQUIRE(to.push(piece, clock::now() + seconds(20)));
}

std::vector<std::string> fetch(ship_source& from, std::size_t records, sink::batch& out) {
  out.clear();
  from.fetch(out, {records, 1 << 20, std::chrono::milliseconds(0)}, clock::now());
  std::vector<std::string> texts;
  for (const sink::item& i : out.items) texts.emplace_back(i.record.text());
  return texts;
}

using texts = std::vector<std::string>;

TEST_CASE("records come in order, and their place with what is settled") {
  ship_source source({}, epoch);
  ship_writer writer{filter::filter()};
  add(writer, "a", shop, {7, 1});
  add(writer, "b", pay, {7, 2});
  push(source, writer);
  add(writer, "c", shop, {7, 3});
  push(source, writer);
  sink::batch got;
  CHECK(fetch(source, 1, got) == texts{"a"});
  CHECK(got.items[0].epoch == 7);
  CHECK(got.items[0].position == 1);
  CHECK(source.settled_number() == 0);
  source.settle();
  CHECK(source.settled_number() == 1);
  CHECK(source.place() == log_place{7, 1});
  CHECK(fetch(source, 5, got) == texts{"b", "c"});
  CHECK(*got.items[0].topic == pay);
  CHECK(source.counts().waiting == 2);
  source.settle();
  CHECK(source.settled_number() == 3);
  CHECK(source.place() == log_place{7, 3});
  CHECK(source.counts().matched == 3);
  CHECK_FALSE(source.exhausted());
  source.end();
  CHECK(source.exhausted());
}

TEST_CASE("what is not wanted is settled with what is in front of it") {
  filter::spec spec;
  spec.app = {"shop"};
  spec.log = {"yes"};
  ship_writer writer(*filter::compile(spec, {}));
  ship_source source({}, epoch);
  for (int i = 1; i <= 3; ++i) {
    add(writer, "yes", pay, {7, static_cast<std::uint64_t>(i)});
  }
  push(source, writer);
  add(writer, "yes 1", shop, {7, 4});
  add(writer, "no", shop, {7, 5});
  push(source, writer);
  sink::batch got;
  CHECK(fetch(source, 5, got) == texts{"yes 1"});
  source.settle();
  CHECK(source.settled_number() == 5);
  CHECK(source.place() == log_place{7, 5});
  add(writer, "no", shop, {7, 6});
  push(source, writer);
  CHECK(fetch(source, 5, got).empty());
  source.settle();
  CHECK(source.settled_number() == 6);
  CHECK(source.counts().waiting == 0);
}

TEST_CASE("records without a place have a number of this run's epoch") {
  ship_source source({}, epoch);
  ship_writer writer{filter::filter()};
  add(writer, "a");
  add(writer, "b");
  push(source, writer);
  sink::batch got;
  CHECK(fetch(source, 5, got).size() == 2);
  CHECK(got.items[1].epoch == epoch);
  CHECK(got.items[1].position == 2);
  source.settle();
  CHECK(source.place() == log_place{});
}

TEST_CASE("an input waits where its sink does not take, and can be told to end") {
  ship_source source({}, epoch);
  ship_writer writer{filter::filter()};
  const std::string large(std::size_t{1} << 20, 'x');
  std::size_t pushed = 0;
  for (;;) {
    add(writer, large);
    auto piece = writer.take();
    if (!source.push(piece, clock::now() + std::chrono::milliseconds(1))) {
      CHECK(piece);  // still ours
      break;
    }
    ++pushed;
  }
  CHECK(pushed >= ship_source::held_bytes_max / large.size() - 1);
  CHECK(pushed <= ship_source::held_bytes_max / large.size() + 1);
  bool took = true;
  std::thread input([&] {
    add(writer, "last");
    auto piece = writer.take();
    took = source.push(piece, clock::now() + seconds(20));
  });
  source.stop();
  input.join();
  CHECK_FALSE(took);
}

TEST_CASE("an input waits also when nothing of what it reads is wanted") {
  filter::spec spec;
  spec.app = {"none"};
  ship_writer writer(*filter::compile(spec, {}));
  ship_source source({}, epoch);
  const record::batch_builder made = batch_of("x");
  std::size_t pieces = 0;
  std::unique_ptr<ship_piece> piece;
  do {
    for (int i = 0; i < 10'000; ++i) writer.add(*made.view().begin(), shop, 1, {});
    piece = writer.take();
  } while (++pieces < 1000 && source.push(piece, clock::now()));
  CHECK(pieces < 1000);
  sink::batch got;
  CHECK(fetch(source, 5, got).empty());
  source.settle();
  CHECK(source.push(piece, clock::now()));
}

/// Takes everything.
class open_client final : public sink::client {
 public:
  explicit open_client(texts& to) : taken(to) {}
  void deliver(std::span<const sink::item> items, sink::outcome& out) override {
    for (std::size_t i = 0; i < items.size(); ++i) {
      taken.emplace_back(items[i].record.text());
      out.fates[i] = sink::fate::delivered;
    }
  }
  void close() noexcept override {}
  void interrupt() noexcept override {}
  texts& taken;
};

TEST_CASE("what no peer can take is refused among others, with its reason") {
  ship_source source({}, epoch);
  ship_writer writer{filter::filter()};
  add(writer, "a");
  const record::batch_builder bad = batch_of("bad");
  writer.add_unusable(*bad.view().begin(), shop, 1, "it is bad");
  add(writer, "c");
  push(source, writer);
  sink::batch got;
  REQUIRE(fetch(source, 5, got) == texts{"a", "bad", "c"});
  texts taken;
  ship_client client(std::make_unique<open_client>(taken), source);
  sink::outcome out;
  out.fates.assign(3, sink::fate::pending);
  client.deliver(got.items, out);
  CHECK(taken == texts{"a", "c"});
  CHECK(out.fates == std::vector<sink::fate>{sink::fate::delivered, sink::fate::refused,
                                             sink::fate::delivered});
  REQUIRE(out.refusals.size() == 1);
  CHECK(out.refusals[0].item == 1);
  CHECK(out.refusals[0].why == "it is bad");
  source.settle();
  CHECK(source.settled_number() == 3);
  CHECK_FALSE(source.has_unusable());
}

}  // namespace
}  // namespace logio::app
