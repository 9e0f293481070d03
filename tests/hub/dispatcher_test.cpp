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

TEST_CASE("what was encoded early goes to those who were there, once") {
  fixture f;
  const auto shop = f.open("shop");
  reader stays, leaves, comes;
  f.subscribe(stays, apps("shop"));
  f.subscribe(leaves, apps("shop"));
  f.publish(shop, {"one", "two"});
  f.dispatch.encode_while_warm();
  CHECK(stays.ready == 0);
  CHECK(stays.take_all() == "one\ntwo\n");
  leaves.sub.reset();
  CHECK(f.counters.discarded_records.get() == 2);
  f.subscribe(comes, apps("shop"));
  f.publish(shop, {"three"});
  f.dispatch.encode_while_warm();
  CHECK(f.dispatch.position() == f.ring->end());
  f.run();
  CHECK(stays.take_all() == "three\n");
  CHECK(comes.take_all() == "three\n");
}

TEST_CASE("no more than one turn is encoded early") {
  fixture f;
  const auto shop = f.open("shop");
  reader r;
  f.subscribe(r, apps("shop"));
  const std::vector<std::string> texts(3, std::string(20'000, 'x'));
  for (int i = 0; i < 8; ++i) {
    f.publish(shop, texts);
    f.dispatch.encode_while_warm();
  }
  CHECK_FALSE(f.dispatch.position() == f.ring->end());
  f.run();
  CHECK(f.dispatch.position() == f.ring->end());
  CHECK(r.sub->counts().matched == 24);
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
