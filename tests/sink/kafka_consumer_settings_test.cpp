#include "sink/kafka_consumer_settings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>

using namespace logio::sink;
using namespace std::chrono_literals;

namespace {

kafka_consumer_options usual() {
  kafka_consumer_options options;
  options.name = "ship";
  options.peers = {{.host = "b1", .port = 9092}, {.host = "b2", .port = 9093}};
  options.topics = {"logs"};
  options.group = "g";
  return options;
}

std::string value_of(const kafka_consumer_options& options, std::string_view name) {
  kafka_settings made;
  const auto wrong = make_kafka_consumer_settings(options, "", made);
  INFO(wrong.value_or(""));
  REQUIRE_FALSE(wrong);
  const auto at = std::ranges::find(made, name, &kafka_settings::value_type::first);
  return at == made.end() ? "(not set)" : at->second;
}

std::string refusal_of(const kafka_consumer_options& options) {
  kafka_settings out;
  return make_kafka_consumer_settings(options, "", out).value_or("(nothing is wrong)");
}

}  // namespace

TEST_CASE("a consumer commits by itself alone, and reads no aborted transactions") {
  CHECK(value_of(usual(), "bootstrap.servers") == "b1:9092,b2:9093");
  CHECK(value_of(usual(), "client.id") == "logio-ship");
  CHECK(value_of(usual(), "group.id") == "g");
  CHECK(value_of(usual(), "enable.auto.commit") == "false");
  CHECK(value_of(usual(), "enable.auto.offset.store") == "false");
  CHECK(value_of(usual(), "isolation.level") == "read_committed");
  CHECK(value_of(usual(), "partition.assignment.strategy") == "cooperative-sticky");
  CHECK(value_of(usual(), "security.protocol") == "plaintext");
}

TEST_CASE("who has come to a deleted place goes on at the earliest, wherever it began") {
  kafka_consumer_options options = usual();
  CHECK(value_of(options, "auto.offset.reset") == "earliest");
  options.start = kafka_start::latest;
  CHECK(value_of(options, "auto.offset.reset") == "earliest");
}

TEST_CASE("heartbeats fit into the session, and the session into the poll interval") {
  kafka_consumer_options options = usual();
  CHECK(value_of(options, "session.timeout.ms") == "45000");
  CHECK(value_of(options, "heartbeat.interval.ms") == "3000");
  CHECK(value_of(options, "max.poll.interval.ms") == "300000");
  options.session_timeout = 1500ms;
  CHECK(value_of(options, "heartbeat.interval.ms") == "500");
  options.session_timeout = 600s;
  CHECK(value_of(options, "max.poll.interval.ms") == "600000");
  options.session_timeout = 99ms;
  CHECK(refusal_of(options) == "session_timeout is 99 ms; it may be 100 to 3600000");
}

TEST_CASE("what a consumer cannot be without is asked for") {
  kafka_consumer_options options = usual();
  options.group = "";
  CHECK(refusal_of(options) == "no group is named: add ?group=NAME, whose offsets are kept");
  options.topics.clear();
  CHECK(refusal_of(options) == "no topic is named: kafka://HOST:9092/TOPIC?group=NAME");
  options.peers.clear();
  CHECK(refusal_of(options) == "no broker is named: kafka://HOST:9092/TOPIC?group=NAME");
}

TEST_CASE("a topic is a legal name and no pattern") {
  kafka_consumer_options options = usual();
  for (const std::string& wrong : {std::string(), std::string("^logs"), std::string("a/b"),
                                  std::string(".."), std::string(250, 'a')}) {
    options.topics = {"logs", wrong};
    CHECK(refusal_of(options) ==
          "topic '" + wrong + "' is not legal: it has 1 to 249 of [A-Za-z0-9._-]");
  }
  options.topics = {std::string(249, 'a'), "A.b_c-9"};
  CHECK(value_of(options, "group.id") == "g");
}

TEST_CASE("TLS and SASL are as a sink's") {
  kafka_consumer_options options = usual();
  options.over = transport::tls;
  CHECK_THAT(refusal_of(options), Catch::Matchers::ContainsSubstring("ca-certificates"));
  options.tls.ca_file = "/etc/logio/ca.pem";
  options.sasl_mechanism = "PLAIN";
  CHECK(refusal_of(options) == "PLAIN needs a user and a password");
  options.secrets = {.user = "u", .password = "p", .token = ""};
  CHECK(value_of(options, "security.protocol") == "sasl_ssl");
  CHECK(value_of(options, "ssl.ca.location") == "/etc/logio/ca.pem");
  CHECK(value_of(options, "sasl.username") == "u");
}
