#include "serve/reload_page.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::serve {
namespace {

TEST_CASE("what a reload changed is told in JSON") {
  reload_outcome of;
  of.added = {"a", "b"};
  of.removed = {"c"};
  of.settings = {{"log_level", "info", "debug", true}, {"ring_bytes", "64MiB", "1GiB", false}};
  of.seconds = 0.0125;
  const auto answer = render_reload(of);
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
  CHECK(answer->body ==
        R"({"added":["a","b"],"changed":[],"removed":["c"],)"
        R"("settings":[{"name":"log_level","from":"info","to":"debug"}],)"
        R"("after_restart":[{"name":"ring_bytes","from":"64MiB","to":"1GiB"}],"seconds":0.013})"
        "\n");
}

TEST_CASE("all that is wrong with a configuration is told, in text and in JSON") {
  reload_outcome of;
  of.errors = {"hub.toml:1: \"x\"", "hub.toml:2: y"};
  const auto answer = render_reload(of);
  REQUIRE(answer.has_error());
  CHECK(answer.error().status == 400);
  CHECK(render_text(answer.error()) ==
        "error: nothing was changed: the configuration has 2 errors\n"
        "  hub.toml:1: \"x\"\n"
        "  hub.toml:2: y\n"
        "Mend the file and try again; logio check FILE checks it without a hub.\n");
  CHECK(render_json(answer.error()) ==
        R"({"error":{"code":"bad_configuration",)"
        R"("message":"nothing was changed: the configuration has 2 errors",)"
        R"("details":["hub.toml:1: \"x\"","hub.toml:2: y"],)"
        R"("hint":"Mend the file and try again; logio check FILE checks it without a hub."}})"
        "\n");
}

}  // namespace
}  // namespace logio::serve
