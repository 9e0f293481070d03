#include "config/config_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "config/scratch.hpp"
#include "config/support.hpp"
#include "logio/config/serve_options.hpp"

namespace logio::config {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

struct read_result {
  serve_options options;
  config_file file;
};

read_result read(std::string_view text, const environment& env = {}) {
  read_result out;
  out.file = read_config_text(text, "hub.toml", serve_command(out.options, env), env);
  return out;
}

read_result read_well(std::string_view text, const environment& env = {}) {
  read_result out = read(text, env);
  for (const std::string& e : out.file.errors) UNSCOPED_INFO(e);
  REQUIRE(out.file.errors.empty());
  return out;
}

words errors_of(std::string_view text, const environment& env = {}) {
  return read(text, env).file.errors;
}

TEST_CASE("a file's keys are serve's flags, numbers as numbers or as text") {
  const auto o = read_well(R"(
publish_listen = "127.0.0.1:0"
ring_bytes = 2097152
line_bytes_max = "4KiB"
topics_max = 5
connections_max = "6"
match = "partial"
grace = "0s"
data_dir = "/data"
fsync = 'always'
segment_compression = 'zstd'
log_level = """debug"""
)").options;
  CHECK(o.publish_listen == "127.0.0.1:0");
  CHECK(o.ring_bytes == 2u << 20);
  CHECK(o.line_bytes_max == 4096);
  CHECK(o.topics_max == 5);
  CHECK(o.connections_max == 6);
  CHECK(o.match_partial);
  CHECK(o.grace == 0s);
  CHECK(o.data_dir == "/data");
  CHECK(o.fsync == journal::fsync_policy::always);
  CHECK(o.segment_compression == journal::segment_compression::zstd);
  CHECK(o.log.level == base::log_level::debug);
}

TEST_CASE("every flag of serve but config is a key") {
  serve_options defaults;
  std::string text;
  for (const flag& f : serve_command(defaults).flags) {
    if (f.name == "config" || f.name == "sink" || f.shown_default.empty() ||
        f.name == "io-threads") {
      continue;
    }
    std::string key = f.name;
    for (char& c : key) c = c == '-' ? '_' : c;
    text += key + " = \"" + f.shown_default + "\"\n";
  }
  read_well(text);
}

TEST_CASE("Marathon's URL, the callback's and the event store's are keys whose secrets are kept") {
  const environment env = variables({{"PW", "se,cret"}});
  const auto o = read_well("marathon_url = \"http://u:${PW}@m1,m2?event_type=a&event_type=b\"\n"
                           "callback_url = \"http://me:7702/events\"\n",
                           env).options;
  CHECK(o.marathon.nodes.size() == 2);
  CHECK(o.marathon.nodes[1].password == "se,cret");
  CHECK(o.marathon.event_types == words{"a", "b"});
  CHECK(o.marathon.callback_url == "http://me:7702/events");
  CHECK(errors_of("marathon_url = \"http://u:hunter2@m1/v2\"\ncallback_url = 7\n"
                  "event_store = \"kafka://u:hunter2@h\"\n") ==
        words{"hub.toml:1: marathon_url: 'http://u:***@m1/v2' has /v2 in its path, which this hub "
              "adds itself: leave it out and what is behind it",
              "hub.toml:2: callback_url: must be a string (URL), not a number",
              "hub.toml:3: event_store: 'kafka://u:***@h' has no topic; write it as in "
              "kafka://host:9092/topic"});
  CHECK(errors_of("marathon = \"http://m1\"\n") ==
        words{"hub.toml:1: unknown key 'marathon'; did you mean marathon_url?"});
}

TEST_CASE("sinks are tables, with options by name, or URLs") {
  const environment env = variables({{"PW", "se%63ret"}});
  const auto file = read_well(R"(
[[sink]]
url = "kafka://b1,b2/logs?batch_age=1s"
name = "main"
user = "hub"
password = "${PW}"
sasl_mechanism = "PLAIN"
app = ["shop", "ba%20nk+"]
exclude = "health"
batch_records = 50
severity = 9

[[sink]]
url = "elasticsearch://h/logs-%Y.%m.%d"
data_stream = true
)", env).file;
  REQUIRE(file.sinks.size() == 2);
  CHECK(file.sinks[0].name == "main");
  CHECK(file.sinks[0].secrets.password == "se%63ret");
  CHECK(file.sinks[0].selection.app == words{"shop", "ba%20nk+"});
  CHECK(file.sinks[0].selection.exclude == words{"health"});
  CHECK(file.sinks[0].selection.severity == "9");
  CHECK(file.sinks[0].batch_records == 50);
  CHECK(file.sinks[0].batch_age == 1s);
  CHECK(file.sinks[0].shown_url == "kafka://b1,b2/logs?batch_age=1s");
  CHECK(file.sinks[1].data_stream);
  CHECK(file.origins == words{"hub.toml:2", "hub.toml:13"});

  const auto brief = read_well("sink = [\"syslog://a\",\n\"in-memory://\"]\n").file;
  REQUIRE(brief.sinks.size() == 2);
  CHECK(brief.sinks[0].peers.front().host == "a");
  CHECK(brief.origins == words{"hub.toml:1", "hub.toml:2"});
}

TEST_CASE("all errors of a file are told, in its order, with line, key and what is allowed") {
  const words errors = errors_of(R"(zebra = 1
ring_bytes = "64MB"
grace = 10
io_threads = 0
cors_origin = true
log_format = 1979-05-27
topics_max = 1.5
connections_max = [1]
ring-bytes = 1
config = "other.toml"
fsync = "sometimes"

[[source]]
url = "kafka://h/t"

[[sink]]
url = "syslog://h"
timeout = "10"
farming = "octet"
app = ["a", {}]
name = ["x"]

[[sink]]
name = "no-url"

[[sink]]
url = 5

[[sink]]
url = "kafka://u:hunter2@h/t?timeout=x"

[log]
level = "info"
)");
  CHECK(errors == words{
      "hub.toml:1: unknown key 'zebra'; keys are the flags of logio serve with _ for -, and "
      "[[sink]]",
      "hub.toml:2: ring_bytes: '64MB' is no size: write N, NKiB, NMiB or NGiB",
      "hub.toml:3: grace: must be a string (TIME), not a number",
      "hub.toml:4: io_threads: '0' is no number from 1 to 64",
      "hub.toml:5: cors_origin: must be a string (ORIGIN), not true or false",
      "hub.toml:6: log_format: must be a string (text|json), not a date or a time",
      "hub.toml:7: topics_max: must be a string or a number (N), not a number with a fraction",
      "hub.toml:8: connections_max: must be a string or a number (N), not an array",
      "hub.toml:9: unknown key 'ring-bytes'; did you mean ring_bytes?",
      "hub.toml:10: config: a file cannot name another one",
      "hub.toml:11: fsync: 'sometimes' is none of never|interval|always",
      "hub.toml:13: source: this version has no sources; applications publish to the hub",
      "hub.toml:18: sink 'syslog://h' has a bad timeout: '10' is no duration: write N with ms, s, "
      "m, h or d",
      "hub.toml:19: sink 'syslog://h' has the unknown option 'farming'; syslog has name app proc "
      "host log exclude severity on_full queue_bytes batch_records batch_bytes batch_age "
      "rate_records rate_bytes timeout retry_max_age format facility sd_id",
      "hub.toml:20: sink 'syslog://h' has a bad app: it must be a string, a number or true or "
      "false, not a table",
      "hub.toml:21: sink 'syslog://h' has a bad name: it takes one value, not an array",
      "hub.toml:23: sink: has no url; write url = \"SCHEME://HOST\", as in "
      "\"syslog+tcp://host:514\"",
      "hub.toml:27: sink: url: must be a string, not a number",
      "hub.toml:30: sink 'kafka://u:***@h/t?timeout=x' has a bad timeout: 'x' is no duration: "
      "write N with ms, s, m, h or d",
      "hub.toml:32: unknown key 'log'; keys are the flags of logio serve with _ for -, and "
      "[[sink]]"});
}

TEST_CASE("what is no sink is told what one is") {
  CHECK(errors_of("sink = 1") ==
        words{"hub.toml:1: sink: must be tables or URLs, [[sink]] or sink = [\"URL\"], not a "
              "number"});
  CHECK(errors_of("sink = [1]") ==
        words{"hub.toml:1: sink: must be a table or a URL, not a number"});
  const words extra = errors_of("[[sink]]\nurl = \"syslog://h\"\n[sink.extra]\nx = 1\n");
  REQUIRE(extra.size() == 1);
  CHECK(extra[0].starts_with("hub.toml:3: sink 'syslog://h' has the unknown option 'extra'; "
                             "syslog has name app proc host log "));
  CHECK(errors_of("[[sink]]\nurl = \"syslog://h\"\nbatch_age = 5\n") ==
        words{"hub.toml:3: sink 'syslog://h' has a bad batch_age: it must be a string, not a "
              "number"});
}

TEST_CASE("what is no TOML is told its line, and no secret of it") {
  const words errors = errors_of("grace = \"1s\"\nring_bytes 5\n");
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].starts_with("hub.toml:2: is no TOML: "));
  CHECK(errors_of("[#[sink]]\n").size() == 1);
  CHECK(errors_of("[[[a]]]\n").size() == 1);
  for (const char* text :
       {"password = hunter2\n", "password = 12hunter2\n", "token = 0xhunter2\n",
        "url = kafka://u:hunter2@h/t\n", "[[sink]]\npassword = \"a\"hunter2\n"}) {
    const words secret = errors_of(text);
    REQUIRE(secret.size() == 1);
    INFO(secret[0]);
    CHECK(secret[0].find("is no TOML: a value cannot be read; texts stand in \"quotes\"") !=
          std::string::npos);
    CHECK(secret[0].find("hunter") == std::string::npos);
  }
}

TEST_CASE("a file that cannot be read is an error") {
  serve_options o;
  const command c = serve_command(o);
  CHECK(read_config_file("/nonexistent/hub.toml", c, {}).errors ==
        words{"/nonexistent/hub.toml: cannot be read: No such file or directory"});
  CHECK(read_config_file("/", c, {}).errors == words{"/: is no regular file"});
  const scratch_file file("ring_bytes = \"2MiB\"\n");
  CHECK(read_config_file(file.path(), c, {}).errors.empty());
  CHECK(o.ring_bytes == 2u << 20);
  const scratch_file large(std::string((1u << 20) + 1, '#'));
  CHECK(read_config_file(large.path(), c, {}).errors ==
        words{large.path() + ": is longer than 1MiB"});
}

TEST_CASE("no damage to a file makes its reader stumble, or tell a secret") {
  const std::string good =
      "ring_bytes = \"2MiB\"\ntopics_max = 5\n\n[[sink]]\nurl = \"kafka://u:hunter2@b/t\"\n"
      "sasl_mechanism = \"PLAIN\"\napp = [\"a\", \"b\"]\n[[sink]]\nurl = \"elasticsearch://h/i\"\n"
      "token = \"hunter2\"\nbatch_records = 7\ndata_stream = true\n";
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  constexpr std::string_view bytes = "ab01=\"'[]{}.,#\n \t\\-_:+\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = good;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      const auto at = random() % text.size();
      const auto kind = random() % 3;
      if (kind == 0) text[at] = bytes[random() % bytes.size()];
      if (kind == 1) text.insert(at, 1, bytes[random() % bytes.size()]);
      if (kind == 2) text.erase(at, 1 + random() % 5);
    }
    INFO(text);
    const read_result got = read(text);
    REQUIRE(got.file.sinks.size() == got.file.origins.size());
    for (const std::string& e : got.file.errors) {
      REQUIRE(e.starts_with("hub.toml:"));
      REQUIRE(e.find('\n') == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace logio::config
