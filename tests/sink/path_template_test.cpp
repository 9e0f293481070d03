#include "sink/path_template.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::sink {
namespace {

constexpr std::int64_t when_ns = 1'481'062'461'448'000'000;  // 2016-12-06T22:14:21.448Z

std::string expanded(std::string_view text, const record::topic& topic) {
  path_template t(text);
  std::string out = "before";
  t.expand(topic, when_ns, out);
  return out;
}

TEST_CASE("topic and time have their places, escapes stand for themselves") {
  CHECK(expanded("/var/log/{app}/%Y%m%d-%H.log", {"shop", "", ""}) ==
        "/var/log/shop/20161206-22.log");
  CHECK(expanded("/l/{app}{proc}{host}", {"a", "b", "c"}) == "/l/abc");
  CHECK(expanded("/l/100%%-%{app}.log", {"a", "", ""}) == "/l/100%-{app}.log");
  CHECK(expanded("/plain.log", {"a", "", ""}) == "/plain.log");
}

TEST_CASE("a family is what the paths of all times have in common") {
  const path_template t("/l/{app}/%Y%m%d.log");
  CHECK(t.family({"shop", "", ""}) == "/l/shop/%Y%m%d.log");
  CHECK(t.family({"a/b", "x", "y"}) == t.family({"a_b", "", ""}));
}

TEST_CASE("no value leaves its place in the path") {
  for (const auto& [value, shown] : {std::pair<std::string, std::string>{"../../etc/passwd",
                                                                         "_._.._etc_passwd"},
                                     {"..", "_."}, {".", "_"}, {"/", "_"}, {"", "_"},
                                     {".hidden", "_hidden"}, {"a/b", "a_b"}, {"%Y", "%Y"},
                                     {"{app}", "{app}"}}) {
    CHECK(expanded("/l/{proc}/x", {"a", value, ""}) == "/l/" + shown + "/x");
  }
  CHECK(expanded("/l/{host}", {"a", "", std::string(255, 'h')}) == "/l/" + std::string(128, 'h'));
}

}  // namespace
}  // namespace logio::sink
