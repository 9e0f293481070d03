#include "logio/sink/memory_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include "fed_records.hpp"

namespace logio::sink {
namespace {

using namespace testing;

std::vector<std::string> newest(const memory_client& of) {
  std::vector<std::string> out;
  for (const auto& r : of.newest()) out.emplace_back(r->view().text());
  return out;
}

void deliver(memory_client& to, const std::vector<std::string>& lines) {
  const record::topic topic{"app", "", ""};
  const texts made(lines);
  std::vector<item> items;
  std::uint64_t position = 1;
  for (const record::view r : made.view()) items.push_back({r, &topic, 5, test_epoch, position++});
  outcome out;
  out.fates.assign(items.size(), fate::pending);
  to.deliver(items, out);
  for (const fate f : out.fates) CHECK(f == fate::delivered);
}

TEST_CASE("the newest records are kept whole") {
  memory_client kept(3, 1 << 20);
  deliver(kept, {"a", "b"});
  CHECK(newest(kept) == std::vector<std::string>{"a", "b"});
  deliver(kept, {"c", "d", "e", "f"});
  CHECK(newest(kept) == std::vector<std::string>{"d", "e", "f"});
  CHECK(kept.newest().back()->topic.app == "app");
  CHECK(kept.newest().back()->position == 4);
}

TEST_CASE("large records: fewer are kept, but always the newest") {
  memory_client kept(100, 3000);
  deliver(kept, {std::string(1000, 'a'), std::string(1000, 'b'), std::string(1000, 'c')});
  CHECK(kept.newest().size() == 2);
  deliver(kept, {std::string(9000, 'd')});
  CHECK(kept.newest().size() == 1);
}

TEST_CASE("another one goes on with what was kept, as far as it may") {
  memory_client old(5, 1 << 20), fresh(3, 1 << 20);
  deliver(old, {"a", "b", "c", "d"});
  fresh.take_over(old);
  CHECK(newest(fresh) == std::vector<std::string>{"b", "c", "d"});
  deliver(fresh, {"e"});
  CHECK(newest(fresh) == std::vector<std::string>{"c", "d", "e"});
}

}  // namespace
}  // namespace logio::sink
