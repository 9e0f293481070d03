#include "logio/hub/group.hpp"

#include <catch2/catch_test_macros.hpp>

#include "hub/support.hpp"

namespace logio::hub::testing {
namespace {

TEST_CASE("a value is asked about once while it is remembered") {
  value_memo memo;
  int asked = 0;
  const auto ask = [&](std::string_view v) {
    ++asked;
    return v == "web";
  };
  CHECK(memo("web", ask));
  CHECK(memo("web", ask));
  CHECK_FALSE(memo("worker", ask));
  CHECK(asked == 2);
}

TEST_CASE("equal filters share one group and one block, whatever order they are written in") {
  fixture f;
  reader a, b;
  filter::spec first, second;
  first.app = {"shop", "pay"};
  second.app = {"pay", "shop", "pay"};
  f.subscribe(a, first);
  f.subscribe(b, second);
  CHECK(f.dispatch.members_of(compiled(first), f.encoder.format()) == 2);
  f.publish(f.open("shop"), {"x"});
  f.run();
  CHECK(f.dispatch.pool().allocated_bytes() == block_pool::allocated_min);
  CHECK(a.take_all() == "x\n");
  CHECK(b.take_all() == "x\n");
}

TEST_CASE("a healthy group works in one block, and an idle one owns none") {
  fixture f;
  const auto shop = f.open("shop");
  reader r;
  f.subscribe(r, apps("shop"));
  for (int i = 0; i < 1000; ++i) {
    f.publish(shop, {"x"});
    f.run();
    CHECK(r.take_all() == "x\n");
    CHECK(f.dispatch.pool().allocated_bytes() == block_pool::allocated_min);
  }
  f.dispatch.rest();
  CHECK(f.dispatch.pool().allocated_bytes() == 0);
  f.publish(shop, {"y"});
  f.run();
  CHECK(r.take_all() == "y\n");
}

}  // namespace
}  // namespace logio::hub::testing
