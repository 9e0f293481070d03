#include "logio/config/serve_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

serve_options read(const words& arguments, const environment& env = {}) {
  serve_options out;
  const auto error = parse(serve_command(out), arguments, env);
  INFO((error ? error->message : ""));
  REQUIRE_FALSE(error);
  return out;
}

usage_error refused(const words& arguments, const environment& env = {}) {
  serve_options out;
  const auto error = parse(serve_command(out), arguments, env);
  REQUIRE(error);
  return *error;
}

std::string why_not(const std::string& argument) { return refused({argument}).message; }

TEST_CASE("every flag of serve reaches its value") {
  const serve_options o = read(
      {"--publish-listen", "10.0.0.1:1", "--subscribe-listen=[::1]:2", "--io-threads", "3",
       "--ring-bytes", "1GiB", "--line-bytes-max", "4KiB", "--subscriber-queue-bytes", "128KiB",
       "--queues-bytes-total", "2MiB", "--input-bytes-total", "3MiB",
       "--body-bytes-max", "7MiB", "--topics-max", "5",
       "--connections-max", "6", "--pattern-bytes-max", "7", "--match", "partial",
       "--stuck-timeout", "90s", "--grace", "0s", "--first-byte-timeout", "100ms", "--cors-origin",
       "*", "--data-dir", "/data", "--fsync", "always", "--fsync-interval", "20ms",
       "--journal-bytes-max", "5MiB", "--journal-age-max", "3h", "--disk-free-min", "0",
       "--segment-compression", "zstd", "--on-disk-stall", "shed", "--log-level", "debug",
       "--log-format", "json"});
  CHECK(o.data_dir == "/data");
  CHECK(o.fsync == journal::fsync_policy::always);
  CHECK(o.fsync_interval == 20ms);
  CHECK(o.segment_compression == journal::segment_compression::zstd);
  CHECK(o.journal_bytes_max == 5 << 20);
  CHECK(o.journal_age_max == 3h);
  CHECK(o.disk_free_min == 0);
  CHECK(o.shed_on_disk_stall);
  CHECK(o.publish_listen == "10.0.0.1:1");
  CHECK(o.subscribe_listen == "[::1]:2");
  CHECK(o.io_threads == 3);
  CHECK(o.ring_bytes == std::uint64_t{1} << 30);
  CHECK(o.line_bytes_max == 4096);
  CHECK(o.subscriber_queue_bytes == 128u << 10);
  CHECK(o.queues_bytes_total == 2u << 20);
  CHECK(o.input_bytes_total == 3u << 20);
  CHECK(o.body_bytes_max == 7u << 20);
  CHECK(o.topics_max == 5);
  CHECK(o.connections_max == 6);
  CHECK(o.pattern_bytes_max == 7);
  CHECK(o.match_partial);
  CHECK(o.stuck_timeout == 90s);
  CHECK(o.grace == 0s);
  CHECK(o.first_byte_timeout == 100ms);
  CHECK(o.cors_origin == "*");
  CHECK(o.log.level == base::log_level::debug);
  CHECK(o.log.format == base::log_format::json);
}

TEST_CASE("Marathon's URL and the callback's are set in any order") {
  for (const words& arguments :
       {words{"--marathon-url", "http://u:p@m1", "--callback-url", "http://me:1/events"},
        words{"--callback-url=http://me:1/events", "--marathon-url=http://u:p@m1"}}) {
    const input::marathon_options m = read(arguments).marathon;
    CHECK(m.nodes.size() == 1);
    CHECK(m.shown_url == "http://u:***@m1");
    CHECK(m.callback_url == "http://me:1/events");
  }
  const environment env = variables({{"LOGIO_MARATHON_URL", "http://m1,m2?check=1s"},
                                     {"LOGIO_CALLBACK_URL", "http://me:2/events"}});
  CHECK(read({}, env).marathon.nodes.size() == 2);
  CHECK(read({}, env).marathon.callback_url == "http://me:2/events");
  CHECK(read({"--marathon-url=http://m3"}, env).marathon.shown_url == "http://m3");
  CHECK(read({"--marathon-url=http://m3"}, env).marathon.check == 30s);
  CHECK(read({}).marathon.nodes.empty());
  CHECK(why_not("--marathon-url=http://u:hunter2@m1?chek=1s") ==
        "logio serve: --marathon-url: 'http://u:***@m1?chek=***' has the unknown option 'chek'; "
        "did you mean check?");
  CHECK(why_not("--callback-url=http://u:hunter2@me/events") ==
        "logio serve: --callback-url: 'http://u:***@me/events' has a user, which everyone sees who "
        "asks Marathon for its subscriptions: leave it out");
  CHECK(refused({}, variables({{"LOGIO_CALLBACK_URL", "me"}})).message ==
        "logio serve: environment variable LOGIO_CALLBACK_URL: 'me' has no scheme: write "
        "http://HOST:PORT/events");
}

TEST_CASE("serve has ports for publishers and subscribers") {
  for (const char* name : {"--publish-listen", "--subscribe-listen"}) {
    CHECK(why_not(std::string(name) + "=") ==
          std::string("logio serve: ") + name +
              ": '' is no address: write :PORT, HOST:PORT or [IPV6]:PORT");
  }
  CHECK(read({"--events-listen="}).events_listen.empty());
}

TEST_CASE("a flag of serve beats its environment variable, which beats the default") {
  const environment env = variables({{"LOGIO_RING_BYTES", "2MiB"}, {"LOGIO_MATCH", "partial"}});
  CHECK(read({}).ring_bytes == 64u << 20);
  CHECK(read({}, env).ring_bytes == 2u << 20);
  CHECK(read({}, env).match_partial);
  const serve_options o = read({"--ring-bytes=4MiB", "--match=whole"}, env);
  CHECK(o.ring_bytes == 4u << 20);
  CHECK_FALSE(o.match_partial);
}

TEST_CASE("a bad value names the flag, the value, and what is allowed") {
  CHECK(why_not("--ring-bytes=64MB") ==
        "logio serve: --ring-bytes: '64MB' is no size: write N, NKiB, NMiB or NGiB");
  CHECK(why_not("--ring-bytes=1KiB") ==
        "logio serve: --ring-bytes: '1KiB' is too small: at least 1MiB");
  CHECK(why_not("--ring-bytes=65GiB") ==
        "logio serve: --ring-bytes: '65GiB' is too large: at most 64GiB");
  CHECK(why_not("--grace=10") ==
        "logio serve: --grace: '10' is no duration: write N with ms, s, m, h or d");
  CHECK(why_not("--stuck-timeout=1ms") ==
        "logio serve: --stuck-timeout: '1ms' is too short: at least 100ms");
  for (const char* number : {"0", "65", "-1", "x", "", "3 ", "99999999999999999999"}) {
    CHECK(why_not(std::string("--io-threads=") + number) ==
          std::string("logio serve: --io-threads: '") + number + "' is no number from 1 to 64");
  }
  CHECK(why_not("--match=some") == "logio serve: --match: 'some' is none of whole|partial");
  CHECK(why_not("--log-level=loud") ==
        "logio serve: --log-level: 'loud' is none of error|warn|info|debug");
  CHECK(why_not("--log-format=xml") == "logio serve: --log-format: 'xml' is none of text|json");
  CHECK(why_not("--ring-size=1GiB") ==
        "logio serve: unknown flag --ring-size; did you mean --ring-bytes?");
}

TEST_CASE("a bad variable of serve ends with 78, a bad flag with 64") {
  const usage_error variable = refused({}, variables({{"LOGIO_GRACE", "soon"}}));
  CHECK(variable.exit_code == base::exit_configuration);
  CHECK(variable.message == "logio serve: environment variable LOGIO_GRACE: 'soon' is no duration: "
                            "write N with ms, s, m, h or d");
  CHECK(refused({"--grace=soon"}).exit_code == base::exit_usage);
}

TEST_CASE("the defaults that serve's help shows are the ones that it has") {
  serve_options defaults;
  const command table = serve_command(defaults);
  for (const flag& f : table.flags) {
    if (f.shown_default.empty() || f.name == "io-threads") continue;
    INFO(f.name);
    CHECK_FALSE(f.set(f.shown_default));  // it is a value, and it changes nothing:
  }
  const serve_options fresh;
  CHECK(defaults.publish_listen == fresh.publish_listen);
  CHECK(defaults.subscribe_listen == fresh.subscribe_listen);
  CHECK(defaults.ring_bytes == fresh.ring_bytes);
  CHECK(defaults.line_bytes_max == fresh.line_bytes_max);
  CHECK(defaults.subscriber_queue_bytes == fresh.subscriber_queue_bytes);
  CHECK(defaults.queues_bytes_total == fresh.queues_bytes_total);
  CHECK(defaults.input_bytes_total == fresh.input_bytes_total);
  CHECK(defaults.topics_max == fresh.topics_max);
  CHECK(defaults.body_bytes_max == fresh.body_bytes_max);
  CHECK(defaults.connections_max == fresh.connections_max);
  CHECK(defaults.pattern_bytes_max == fresh.pattern_bytes_max);
  CHECK(defaults.match_partial == fresh.match_partial);
  CHECK(defaults.stuck_timeout == fresh.stuck_timeout);
  CHECK(defaults.grace == fresh.grace);
  CHECK(defaults.first_byte_timeout == fresh.first_byte_timeout);
  CHECK(defaults.log.level == fresh.log.level);
  CHECK(defaults.log.format == fresh.log.format);
}

}  // namespace
}  // namespace logio::config
