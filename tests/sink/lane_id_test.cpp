#include "sink/lane_id.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace logio;
using namespace logio::sink;

namespace {

sink_options named(std::string name) {
  sink_options out;
  out.name = std::move(name);
  return out;
}

}  // namespace

TEST_CASE("an id stays the same over releases, or a restart would send everything again") {
  CHECK(lane_id(named("up"), {"shop", "web", "h1"}, 0x0123456789abcdef) ==
        "sink-6b810ef852500f89c8be811d724b667c");
  CHECK(lane_id(named("up"), {"shop", "web", "h1"}, 0x0123456789abcdef).size() <= 64);
}

TEST_CASE("each sink, selection, topic and epoch has an id of its own") {
  std::set<std::string> ids;
  const record::topic topics[] = {{"shop", "web", "h1"}, {"shopweb", "", "h1"},
                                  {"shop", "webh1", ""}, {"shop", "", "webh1"}};
  sink_options wide = named("up"), narrow = named("up"), otherwise = named("up");
  narrow.selection.log = {"ERROR"};
  otherwise.selection.exclude = {"ERROR"};
  std::size_t count = 0;
  for (const sink_options& options : {wide, narrow, otherwise, named("u")}) {
    for (const record::topic& topic : topics) {
      for (const std::uint64_t epoch : {1u, 2u}) {
        ids.insert(lane_id(options, topic, epoch));
        ++count;
      }
    }
  }
  CHECK(ids.size() == count);
}
