#include "logio/hub/dispatcher.hpp"

#include <catch2/catch_test_macros.hpp>

#include "hub/support.hpp"

namespace logio::hub::testing {
namespace {

TEST_CASE("a subscriber gets what is appended after it subscribed, and nothing from before") {
  fixture f;
  const auto shop = f.open("shop");
  f.publish(shop, {"before"});
  reader r;
  f.subscribe(r, apps("shop"));
  f.publish(shop, {"after 1", "after 2"});
  f.run();
  CHECK(r.ready == 1);
  CHECK(r.take_all() == "after 1\nafter 2\n");
}

TEST_CASE("a later subscriber of the same group does not see what the first had pending") {
  fixture f;
  const auto shop = f.open("shop");
  reader first, second;
  f.subscribe(first, apps("shop"));
  f.publish(shop, {"one"});
  f.subscribe(second, apps("shop"));
  f.publish(shop, {"two"});
  f.run();
  CHECK(first.take_all() == "one\ntwo\n");
  CHECK(second.take_all() == "two\n");
}

TEST_CASE("a topic that appears after the subscription joins it") {
  fixture f;
  reader r;
  f.subscribe(r, apps("shop|pay"));
  f.publish(f.open("other"), {"no"});
  f.publish(f.open("pay"), {"yes"});
  f.run();
  CHECK(r.take_all() == "yes\n");
}

TEST_CASE("a group that appears after the topic joins its route") {
  fixture f;
  const auto shop = f.open("shop");
  reader a, b;
  f.subscribe(a, apps("shop"));
  f.publish(shop, {"1"});
  f.run();
  f.subscribe(b, apps("s.*"));
  f.publish(shop, {"2"});
  f.run();
  CHECK(a.take_all() == "1\n2\n");
  CHECK(b.take_all() == "2\n");
}

/// What a shard does with a large batch.
bool publish_at_once(fixture& f, const topic_ptr& topic, const std::vector<std::string>& texts) {
  const bool may = f.dispatch.may_dispatch_at_once(1000);
  const auto done = f.publish(topic, texts);
  if (may) f.dispatch.dispatch_at_once(done.first_position, f.batch.view());
  return may;
}

TEST_CASE("a batch goes at once to few subscribers, and once") {
  fixture f;
  const auto shop = f.open("shop");
  reader a, b;
  f.subscribe(a, apps("shop"));
  f.subscribe(b, apps("s.*"));
  f.run();
  CHECK(publish_at_once(f, shop, {"1", "2"}));
  CHECK(a.ready == 1);
  CHECK(a.take_all() == "1\n2\n");
  CHECK(publish_at_once(f, shop, {"3"}));
  f.publish(shop, {"4"});
  CHECK_FALSE(publish_at_once(f, shop, {"5"}));  // not before the one before it
  f.run();
  CHECK(a.take_all() == "3\n4\n5\n");
  CHECK(b.take_all() == "1\n2\n3\n4\n5\n");
  CHECK(publish_at_once(f, shop, {"6"}));
  CHECK_FALSE(f.dispatch.run(true));
  CHECK(a.take_all() == "6\n");
}

TEST_CASE("another thread's batch in between goes first") {
  fixture f;
  const auto shop = f.open("shop");
  reader r;
  f.subscribe(r, apps("shop"));
  f.run();
  REQUIRE(f.dispatch.may_dispatch_at_once(1000));
  f.publish(shop, {"theirs"});
  const auto ours = f.publish(shop, {"ours"});
  f.dispatch.dispatch_at_once(ours.first_position, f.batch.view());
  CHECK(r.ready == 0);
  f.run();
  CHECK(r.take_all() == "theirs\nours\n");
}

TEST_CASE("nothing goes at once to many, or without anybody, or with line patterns") {
  fixture f;
  const auto shop = f.open("shop");
  CHECK_FALSE(publish_at_once(f, shop, {"nobody"}));
  reader a, b, c;
  f.subscribe(a, apps("shop"));
  f.subscribe(b, apps("shop"));
  CHECK(f.dispatch.may_dispatch_at_once(1000));
  f.subscribe(c, apps("shop"));
  CHECK_FALSE(publish_at_once(f, shop, {"three"}));
  c.sub.reset();
  f.run();
  CHECK(f.dispatch.may_dispatch_at_once(1000));
  b.sub.reset();
  f.subscribe(b, logs("x"));
  CHECK_FALSE(publish_at_once(f, shop, {"line x"}));
}

TEST_CASE("between two turns only a part of a queue goes at once") {
  fixture f;  // queues of 64 KiB
  const auto shop = f.open("shop");
  reader r;
  f.subscribe(r, apps("shop"));
  f.run();
  const std::vector<std::string> texts(7, std::string(1000, 'x'));
  CHECK(publish_at_once(f, shop, texts));
  CHECK(publish_at_once(f, shop, texts));
  const std::size_t left = f.dispatch.limits().queue_bytes_max / 4 - 2 * f.batch.bytes();
  CHECK(f.dispatch.may_dispatch_at_once(left));
  CHECK_FALSE(f.dispatch.may_dispatch_at_once(left + 1));
  f.run();
  CHECK(f.dispatch.may_dispatch_at_once(left + 1));
  CHECK(r.sub->counts().queued == 14);
}

TEST_CASE("without subscribers the ring is not held back") {
  fixture f;
  const auto shop = f.open("shop");
  {
    reader r;
    f.subscribe(r, apps("shop"));
  }
  for (int i = 0; i < 20'000; ++i) {
    REQUIRE(f.publish(shop, {std::string(1000, 'x')}).status == ring::append_status::ok);
  }
  CHECK_FALSE(f.dispatch.run(true));
}

}  // namespace
}  // namespace logio::hub::testing
