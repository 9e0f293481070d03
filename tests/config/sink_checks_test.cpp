#include "config/sink_checks.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/scratch.hpp"
#include "config/support.hpp"
#include "logio/config/sink_url.hpp"

namespace logio::config {
namespace {

/// What is wrong with the URL; empty when nothing is.
std::string why_not(const std::string& url, const environment& env = {}) {
  const auto parsed = parse_sink_url(url, env);
  return parsed ? std::string() : joined(parsed.error());
}

sink::sink_options made(const std::string& url) {
  INFO(url);
  auto parsed = parse_sink_url(url, {});
  if (!parsed) UNSCOPED_INFO(joined(parsed.error()));
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

TEST_CASE("a topic is one that Kafka takes") {
  const std::string bad = ": Kafka's have at most 249 of A-Z a-z 0-9 . _ -";
  CHECK(why_not("kafka://h") == "has no topic; write it as in kafka://host:9092/topic");
  CHECK(why_not("kafka://h/") == "has no topic; write it as in kafka://host:9092/topic");
  CHECK(why_not("kafka://h/a/b") == "has a bad topic 'a/b'" + bad);
  CHECK(why_not("kafka://h/a%25b") == "has a bad topic 'a%%b'" + bad);
  CHECK(why_not("kafka://h/{app}") == "has a bad topic '{app}'" + bad);
  CHECK(why_not("kafka://h/..") == "has a bad topic '..'" + bad);
  CHECK(why_not("kafka://h/" + std::string(249, 'x')).empty());
  CHECK(why_not("kafka://h/%Y" + std::string(246, 'x')).starts_with("has a bad topic"));
  CHECK(why_not("kafka://h/Logs_%Y-%m-%d.%H").empty());
}

TEST_CASE("an index is one that Elasticsearch takes") {
  CHECK(why_not("elasticsearch://h/") ==
        "has no index; write it as in elasticsearch://host:9200/logs-%Y.%m.%d");
  CHECK(why_not("elasticsearch://h/Logs") ==
        "has a bad index 'Logs': Elasticsearch's have no capitals, none of \\ / * ? \" < > | , # : "
        "and space, and do not begin with - _ or +");
  for (const char* bad : {"a/b", "_a", "-a", "..", "a%20b", "a%2Cb", "a%3Ab"}) {
    INFO(bad);
    CHECK(why_not(std::string("elasticsearch://h/") + bad).starts_with("has a bad index"));
  }
  CHECK(why_not("elasticsearch://h/logs-%Y.%m.%d-%H").empty());
  CHECK(why_not("elasticsearch://h/.hidden").empty());
}

TEST_CASE("a file's path is absolute, and its braces are known") {
  CHECK(why_not("file://") ==
        "names no file; write it as in file:///var/log/{app}/%Y%m%d.log");
  CHECK(why_not("file:///var/") ==
        "names no file; write it as in file:///var/log/{app}/%Y%m%d.log");
  CHECK(why_not("file:///var/{ap}.log") ==
        "has a { in its path that begins none of {app} {proc} {host}; write %7B for a brace");
  CHECK(why_not("file:///var/{app}-{proc}-{host}-%7Bx}").empty());
  CHECK(why_not("file:///var/a%0Ab") == "has a control character in its path");
  CHECK(why_not("file:///var/a%") ==
        "has a bad path: there is a % without two hex digits; write %25 for a percent");
}

TEST_CASE("users, passwords and tokens go together") {
  CHECK(why_not("elasticsearch://u@h/i") == "has a user without a password");
  CHECK(why_not("elasticsearch://h/i?password=hunter2") == "has a password without a user");
  CHECK(why_not("elasticsearch://u:p@h/i?token=x") == "has both a user and a token");
  CHECK(why_not("elasticsearch://u:p@h/i?password=x") == "has password twice");
  CHECK(why_not("elasticsearch://u:@h/i") == "has a bad password: '***' is empty");
  CHECK(why_not("kafka://u:p@h/t") ==
        "has a user without a sasl_mechanism (PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)");
  CHECK(why_not("kafka://h/t?sasl_mechanism=PLAIN") == "has a sasl_mechanism without a user");
  CHECK(why_not("logio://u:p@h").empty());
  CHECK(why_not("kafka://u:a/hunter2@h/t") ==
        "has a / or ? in front of an @: in a password write %2F and %3F, and %40 for an @ behind "
        "the host");
  const auto escaped = made("kafka://u%40x:p%2F%3F%40%3A@h/t?sasl_mechanism=PLAIN");
  CHECK(escaped.secrets.user == "u@x");
  CHECK(escaped.secrets.password == "p/?@:");
  CHECK(escaped.shown_url == "kafka://u%40x:***@h/t?sasl_mechanism=PLAIN");
}

TEST_CASE("secrets are read from files, all but the line end") {
  const scratch_file secret("p@ss word\r\n"), empty("\n"), two("a\nb\n");
  const auto o = made("elasticsearch://u@h/i?password_file=" + secret.path());
  CHECK(o.secrets.user == "u");
  CHECK(o.secrets.password == "p@ss word");
  CHECK(o.shown_url == "elasticsearch://u@h/i?password_file=" + secret.path());
  CHECK(made("elasticsearch://h/i?token_file=" + secret.path()).secrets.token == "p@ss word");
  const auto why = [](const std::string& path) {
    return why_not("elasticsearch://h/i?token_file=" + path);
  };
  CHECK(why("/nonexistent") ==
        "has a bad token_file: '/nonexistent' cannot be read: No such file or directory");
  CHECK(why("/dev/null") == "has a bad token_file: '/dev/null' is no regular file");
  CHECK(why(empty.path()) == "has a bad token_file: '" + empty.path() + "' is empty");
  CHECK(why(two.path()) == "has a bad token_file: '" + two.path() + "' holds more than one line");
  const scratch_file large(std::string((64u << 10) + 1, 'x'));
  CHECK(why(large.path()) == "has a bad token_file: '" + large.path() + "' is longer than 64KiB");
  CHECK(why_not("elasticsearch://h/i?token=x&token_file=" + secret.path()) ==
        "has both a token and a token_file");
  CHECK(why_not("elasticsearch://u:p@h/i?password_file=" + secret.path()) ==
        "has both a password and a password_file");
}

TEST_CASE("certificates are files of PEM, a certificate of one's own comes with its key") {
  const scratch_file cert("x\n-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n");
  const scratch_file key("-----BEGIN RSA PRIVATE KEY-----\nMII=\n-----END RSA PRIVATE KEY-----\n");
  const std::string tls = "syslog+tls://h?ca_file=" + cert.path();
  CHECK(made(tls).tls.ca_file == cert.path());
  const auto both = made(tls + "&cert_file=" + cert.path() + "&key_file=" + key.path());
  CHECK(both.tls.cert_file == cert.path());
  CHECK(both.tls.key_file == key.path());
  CHECK(both.tls.verify);
  CHECK(why_not(tls + "&cert_file=" + cert.path()) == "has a cert_file without a key_file");
  CHECK(why_not(tls + "&key_file=" + key.path()) == "has a key_file without a cert_file");
  CHECK(why_not("logios://h?ca_file=" + key.path()) ==
        "has a bad ca_file: '" + key.path() + "' holds no CERTIFICATE in PEM");
  CHECK(why_not("logios://h?key_file=" + cert.path()) ==
        "has a bad key_file: '" + cert.path() + "' holds no PRIVATE KEY in PEM");
}

TEST_CASE("a batch fits into its queue") {
  CHECK(why_not("syslog://h?queue_bytes=64KiB&batch_bytes=65537") ==
        "has a batch_bytes above its queue_bytes");
  CHECK(why_not("syslog://h?queue_bytes=64KiB") == "has a batch_bytes above its queue_bytes");
  CHECK(why_not("syslog://h?queue_bytes=64KiB&batch_bytes=64KiB").empty());
}

TEST_CASE("a host looks like a name or an address") {
  for (const char* good : {"h", "a-b.c_d", "10.0.0.1", "::1", "fe80::1%eth0"}) {
    CHECK(is_host(good));
  }
  for (const char* bad : {"a b", "a/b", "{h}", "h%", "\xc3\xa4"}) CHECK_FALSE(is_host(bad));
  CHECK_FALSE(is_host(std::string(256, 'x')));
}

}  // namespace
}  // namespace logio::config
