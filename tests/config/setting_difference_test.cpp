#include "logio/config/setting_difference.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <string>

#include "logio/config/flag_table.hpp"

namespace logio::config {
namespace {

const std::map<std::string, std::string> others{
    {"publish-listen", ":1"},        {"subscribe-listen", ":2"},
    {"io-threads", "3"},             {"match", "partial"},
    {"ring-bytes", "2MiB"},          {"line-bytes-max", "2KiB"},
    {"subscriber-queue-bytes", "1MiB"}, {"queues-bytes-total", "3MiB"},
    {"input-bytes-total", "4MiB"},   {"body-bytes-max", "5KiB"},
    {"topics-max", "6"},             {"connections-max", "7"},
    {"pattern-bytes-max", "8"},      {"stuck-timeout", "9s"},
    {"grace", "11s"},                {"first-byte-timeout", "12s"},
    {"data-dir", "/d"},              {"fsync", "always"},
    {"fsync-interval", "13s"},       {"journal-bytes-max", "14MiB"},
    {"journal-age-max", "15s"},      {"disk-free-min", "16MiB"},
    {"on-disk-stall", "shed"},       {"cors-origin", "*"},
    {"log-level", "debug"},          {"log-format", "json"},
    {"segment-compression", "zstd"},  {"events-listen", ":3"},
    {"event-store", "in-memory://localhost/?max_length=17"},
    {"marathon-url", "http://m1:18,m2"}, {"callback-url", "http://me:19/events"},
};

TEST_CASE("what is the same is no difference") {
  CHECK(differences(serve_options(), serve_options()).empty());
}

TEST_CASE("every flag that is other is told by its key, with both values") {
  serve_options shown;
  for (const flag& f : serve_command(shown).flags) {
    if (f.name == "sink" || f.name == "config") continue;  // told on their own, and not at all
    INFO(f.name);
    const auto other = others.find(f.name);
    REQUIRE(other != others.end());
    serve_options changed;
    const command c = serve_command(changed);
    const auto same = std::find_if(c.flags.begin(), c.flags.end(),
                                   [&](const flag& g) { return g.name == f.name; });
    REQUIRE_FALSE(same->set(other->second));
    const auto found = differences(serve_options(), changed);
    REQUIRE(found.size() == 1);
    std::string key = f.name;
    std::replace(key.begin(), key.end(), '-', '_');
    CHECK(found[0].name == key);
    CHECK(found[0].to == other->second);
    CHECK(found[0].from != found[0].to);
    if (!f.shown_default.empty()) CHECK(found[0].from == f.shown_default);

    serve_options running;
    take_over_at_once(running, changed);
    CHECK(differences(running, changed).empty() == found[0].at_once);
  }
}

TEST_CASE("another secret of Marathon is a difference, and is not told") {
  const auto with = [](const char* url) {
    serve_options out;
    const command c = serve_command(out);
    const auto f = std::find_if(c.flags.begin(), c.flags.end(),
                                [](const flag& g) { return g.name == "marathon-url"; });
    REQUIRE_FALSE(f->set(url));
    return out;
  };
  const auto found = differences(with("http://u:hunter2@m1"), with("http://u:hunter3@m1"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].name == "marathon_url");
  CHECK(found[0].from == "http://u:***@m1");
  CHECK(found[0].to == "http://u:***@m1 (with another secret or variable)");
  CHECK_FALSE(found[0].at_once);
}

}  // namespace
}  // namespace logio::config
