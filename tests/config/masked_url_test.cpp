#include "config/masked_url.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/config/sink_url.hpp"

namespace logio::config {
namespace {

TEST_CASE("a URL is shown without its secrets") {
  CHECK(masked_url("kafka://u:p@b1:9092,b2/t?sasl_mechanism=PLAIN") ==
        "kafka://u:***@b1:9092,b2/t?sasl_mechanism=PLAIN");
  CHECK(masked_url("elasticsearch://h/i?token=x&data_stream=true") ==
        "elasticsearch://h/i?token=***&data_stream=true");
  CHECK(masked_url("elasticsearch://h/i?p%61ssword=x&password_file=/run/s") ==
        "elasticsearch://h/i?p%61ssword=***&password_file=/run/s");
  CHECK(masked_url("syslog://h?sd_id=logio@32473") == "syslog://h?sd_id=logio@32473");
  CHECK(masked_url("syslog://[::1]:514?sd_id=a@1") == "syslog://[::1]:514?sd_id=a@1");
  CHECK(masked_url("elasticsearch://u@h/i") == "elasticsearch://u@h/i");
  CHECK(masked_url("file:///var/a:b@c.log") == "file:///var/a:b@c.log");
  CHECK(masked_url("kafka://${H}:${P}/t") == "kafka://${H}:${P}/t");
  CHECK(masked_url("plain words") == "plain words");
  CHECK(masked_url("").empty());
}

TEST_CASE("what may be a secret is not shown either") {
  CHECK(masked_url("kafka://u:p/w@h/t") == "kafka://u:***@h/t");
  CHECK(masked_url("kafka://u:p@w@h/t") == "kafka://u:***@h/t");
  CHECK(masked_url("kafka://u:p?w@h/t") == "kafka://u:***@h/t");
  CHECK(masked_url("kafka://u:p/t?name=x") == "kafka://u:***");
  CHECK(masked_url("kafak://u:p") == "kafak://u:***");
  CHECK(masked_url("syslog://h:x") == "syslog://h:x");
  CHECK(masked_url("u:p@h") == "u:***@h");
  CHECK(masked_url("syslog://h?passwrod=x") == "syslog://h?passwrod=***");
  CHECK(masked_url("elasticsearch://h/i?password=a&b&c=d") ==
        "elasticsearch://h/i?password=***&***&***");
  CHECK(masked_url("syslog://h?%zz=x") == "syslog://h?%zz=***");
  CHECK(has_stray_at("kafka://u:p/w@h/t"));
  CHECK(has_stray_at("kafka://u:p?w@h/t"));
  CHECK_FALSE(has_stray_at("kafka://u:p@h/t"));
  CHECK_FALSE(has_stray_at("syslog://h:514?sd_id=a@1"));
  CHECK_FALSE(has_stray_at("file:///a@b"));
}

TEST_CASE("no damage to a URL brings its secret into an error or into what is shown") {
  const std::string secret = "hunter2";
  const environment env = variables({{"PW", secret}, {"EMPTY", ""}});
  const std::vector<std::string> urls{
      "kafka+tls://user:hunter2@b1:9093,b2/logs-%Y?sasl_mechanism=PLAIN&timeout=10s",
      "kafka://user:a/hunter2@b1/logs?sasl_mechanism=PLAIN",
      "kafka://user:a?hunter2@b1/logs",
      "elasticsearch://h/i?token=hunter2&data_stream=true",
      "elasticsearch://h/i?data_stream=true&user=u&password=hunter2",
      "elasticsearch://h/i?password=a&hunter2",
      "elasticsearch://h/i?passwrod=hunter2",
      "elasticsearch://u:${PW}@h/i", "syslog://h?timeout=${PW}", "syslog://${PW}:x",
      "file:///${PW}{x}", "kafka://h/${PW}+", "syslog://h?format=${PW}", "logio://u:hunter2@",
  };
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 40'000; ++i) {
    std::string url = urls[random() % urls.size()];
    for (auto changes = random() % 3; changes > 0 && i >= 100; --changes) {
      damage(url, secret, random);
    }
    INFO(url);
    REQUIRE(shown_sink_url(url).find(secret) == std::string::npos);
    const auto parsed = parse_sink_url(url, env);
    if (parsed) {
      REQUIRE(parsed->shown_url.find(secret) == std::string::npos);
    } else {
      REQUIRE(joined(parsed.error()).find(secret) == std::string::npos);
      REQUIRE(joined(parsed.error()).find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("no bytes at all make a sink's parser stumble") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const std::vector<std::string> pieces{
      "kafka", "://", "syslog+tcp", "file", "in-memory", "elasticsearch", "user", ":", "@", "h",
      "[", "]", ",", "/", "?", "&", "=", "%", "%25", "%Y", "${", "}", "$${", "${PW}", "app", "log",
      "password", "token_file", "/dev/null", "timeout", "10s", "\xff", std::string(1, '\0'),
      "{app}",
      "9092", "-1", "#", "+"};
  const environment env = variables({{"PW", "x"}});
  for (int i = 0; i < 40'000; ++i) {
    std::string url = random() % 2 == 0 ? "kafka://" : "";
    for (auto n = random() % 12; n > 0; --n) url += pieces[random() % pieces.size()];
    const auto parsed = parse_sink_url(url, env);
    INFO(url);
    REQUIRE((parsed.has_value() || !parsed.error().empty()));
  }
}

}  // namespace
}  // namespace logio::config
