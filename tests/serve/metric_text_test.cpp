#include "serve/metric_text.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

TEST_CASE("a family says what it is before its samples") {
  metric_text out;
  out.family("a_total", "counter", "Things.");
  out.sample({{"kind", "x"}, {"why", "y z"}}, std::uint64_t{18'446'744'073'709'551'615U});
  out.sample({}, 0.25);
  out.sample("_bucket", {{"le", "+Inf"}}, 3.0);
  out.single("b", "gauge", "One.", 7);
  const std::string text = std::move(out).take();
  CHECK(text ==
        "# HELP a_total Things.\n# TYPE a_total counter\n"
        "a_total{kind=\"x\",why=\"y z\"} 18446744073709551615\n"
        "a_total 0.25\n"
        "a_total_bucket{le=\"+Inf\"} 3\n"
        "# HELP b One.\n# TYPE b gauge\nb 7\n");
}

}  // namespace
}  // namespace logio::serve
