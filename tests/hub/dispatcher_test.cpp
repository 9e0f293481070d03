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
