#include "sink/kafka_settings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>

#include "sink/kafka_producer.hpp"

using namespace logio::sink;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view bundle = "/etc/ssl/certs/ca-certificates.crt";

sink_options usual() {
  sink_options options;
  options.kind = kind::kafka;
  options.name = "backbone";
  options.peers = {{.host = "b1", .port = 9092}, {.host = "::1", .port = 9093}};
  options.path = "logs";
  return options;
}

kafka_settings settings_of(const sink_options& options, std::string_view ca_bundle = bundle,
                           kafka_batching batching = {}) {
  kafka_settings out;
  const auto wrong = make_kafka_settings(options, batching, ca_bundle, out);
  INFO(wrong.value_or(""));
  REQUIRE_FALSE(wrong);
  return out;
}

std::string value_of(const kafka_settings& settings, std::string_view name) {
  const auto at = std::ranges::find(settings, name, &kafka_settings::value_type::first);
  return at == settings.end() ? "(not set)" : at->second;
}

std::string refusal_of(const sink_options& options, std::string_view ca_bundle = bundle) {
  kafka_settings out;
  return make_kafka_settings(options, {}, ca_bundle, out).value_or("(nothing is wrong)");
}

}  // namespace

TEST_CASE("a plain sink is an idempotent producer without end for a record in flight") {
  const kafka_settings made = settings_of(usual());
  CHECK(value_of(made, "bootstrap.servers") == "b1:9092,[::1]:9093");
  CHECK(value_of(made, "client.id") == "logio-backbone");
  CHECK(value_of(made, "enable.idempotence") == "true");
  CHECK(value_of(made, "acks") == "all");
  CHECK(value_of(made, "message.timeout.ms") == "0");
  CHECK(value_of(made, "partitioner") == "murmur2_random");
  CHECK(value_of(made, "compression.codec") == "lz4");
  CHECK(value_of(made, "security.protocol") == "plaintext");
  CHECK(value_of(made, "batch.size") == "1000000");
  CHECK(value_of(made, "ssl.ca.location") == "(not set)");
}

TEST_CASE("the sink's timeout is each request's, within what the library takes") {
  sink_options options = usual();
  options.timeout = 4s;
  CHECK(value_of(settings_of(options), "socket.timeout.ms") == "4000");
  CHECK(value_of(settings_of(options), "topic.metadata.propagation.max.ms") == "2000");
  options.timeout = 1ms;
  CHECK(value_of(settings_of(options), "socket.timeout.ms") == "1000");
  options.timeout = 24h;
  CHECK(value_of(settings_of(options), "socket.timeout.ms") == "300000");
}

TEST_CASE("compression is lz4, zstd or none") {
  sink_options options = usual();
  for (const char* name : {"lz4", "zstd", "none"}) {
    options.compress = name;
    CHECK(value_of(settings_of(options), "compression.codec") == name);
  }
  options.compress = "gzip";
  CHECK(refusal_of(options) == "compress is 'gzip'; it may be lz4, zstd or none");
}

TEST_CASE("TLS trusts the file that is given, else the system's, and says when there is none") {
  sink_options options = usual();
  options.over = transport::tls;
  CHECK(value_of(settings_of(options), "security.protocol") == "ssl");
  CHECK(value_of(settings_of(options), "ssl.ca.location") == bundle);
  options.tls.ca_file = "/etc/logio/ca.pem";
  CHECK(value_of(settings_of(options, ""), "ssl.ca.location") == "/etc/logio/ca.pem");
  options.tls.ca_file.clear();
  CHECK_THAT(refusal_of(options, ""), Catch::Matchers::ContainsSubstring("ca-certificates"));
  options.tls.verify = false;
  const kafka_settings trusting = settings_of(options, "");
  CHECK(value_of(trusting, "enable.ssl.certificate.verification") == "false");
  CHECK(value_of(trusting, "ssl.endpoint.identification.algorithm") == "none");
}

TEST_CASE("a certificate of our own is a pair") {
  sink_options options = usual();
  options.over = transport::tls;
  options.tls.cert_file = "/c.pem";
  CHECK(refusal_of(options) == "a certificate of our own needs both cert_file and key_file");
  options.tls.key_file = "/k.pem";
  CHECK(value_of(settings_of(options), "ssl.certificate.location") == "/c.pem");
  CHECK(value_of(settings_of(options), "ssl.key.location") == "/k.pem");
}

TEST_CASE("SASL goes over TLS and without, and asks for all that it needs") {
  sink_options options = usual();
  options.secrets.user = "logio";
  CHECK_THAT(refusal_of(options), Catch::Matchers::ContainsSubstring("no sasl_mechanism"));
  options.sasl_mechanism = "GSSAPI";
  CHECK_THAT(refusal_of(options), Catch::Matchers::ContainsSubstring("sasl_mechanism is 'GSSAPI'"));
  options.sasl_mechanism = "SCRAM-SHA-512";
  CHECK(refusal_of(options) == "SCRAM-SHA-512 needs a user and a password");
  options.secrets.password = "secret";
  CHECK(value_of(settings_of(options), "security.protocol") == "sasl_plaintext");
  options.over = transport::tls;
  const kafka_settings made = settings_of(options);
  CHECK(value_of(made, "security.protocol") == "sasl_ssl");
  CHECK(value_of(made, "sasl.mechanism") == "SCRAM-SHA-512");
  CHECK(value_of(made, "sasl.username") == "logio");
  CHECK(value_of(made, "sasl.password") == "secret");
}

TEST_CASE("batches can be made smaller, down to one record") {
  const kafka_settings made = settings_of(usual(), bundle, {.bytes = 1953, .alone = true});
  CHECK(value_of(made, "batch.size") == "1953");
  CHECK(value_of(made, "batch.num.messages") == "1");
}

TEST_CASE("no broker, no sink") {
  sink_options options = usual();
  options.peers.clear();
  CHECK(refusal_of(options) == "no broker is named: kafka://HOST:9092/TOPIC");
}

TEST_CASE("the library takes every setting that can be made, and knows the mechanisms") {
  sink_options options = usual();
  options.peers = {{.host = "127.0.0.1", .port = 1}};
  const std::string ca = GENERATE("", "verify off");
  options.over = transport::tls;
  options.tls.verify = ca.empty();
  options.tls.ca_file = ca.empty() ? std::string(bundle) : "";
  options.secrets = {.user = "u", .password = "p", .token = ""};
  options.sasl_mechanism = GENERATE("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");
  options.compress = GENERATE("lz4", "zstd", "none");
  const kafka_settings made =
      settings_of(options, bundle, {.bytes = GENERATE(1'000'000U, 1953U), .alone = true});
  std::string error;
  CHECK(kafka_producer::open(made, "test", error));
  CHECK(error.empty());
}
