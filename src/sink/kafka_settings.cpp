#include "sink/kafka_settings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace logio::sink {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 3> sasl_mechanisms{"PLAIN", "SCRAM-SHA-256",
                                                          "SCRAM-SHA-512"};
constexpr std::array<std::string_view, 3> compressions{"lz4", "zstd", "none"};

void add(kafka_settings& out, std::string_view name, std::string value) {
  out.emplace_back(name, std::move(value));
}

std::string ms_within(std::chrono::milliseconds value, std::chrono::milliseconds low,
                      std::chrono::milliseconds high) {
  return std::to_string(std::clamp(value, low, high).count());
}

std::optional<std::string> add_tls(const tls_options& tls, std::string_view ca_bundle,
                                   kafka_settings& out) {
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return "a certificate of our own needs both cert_file and key_file";
  }
  if (!tls.verify) {
    add(out, "enable.ssl.certificate.verification", "false");
    add(out, "ssl.endpoint.identification.algorithm", "none");
  } else if (!tls.ca_file.empty()) {
    add(out, "ssl.ca.location", tls.ca_file);
  } else if (!ca_bundle.empty()) {
    add(out, "ssl.ca.location", std::string(ca_bundle));
  } else {
    return "there are no trusted certificates on this system, so no broker can be verified: "
           "install ca-certificates or set ca_file";
  }
  if (!tls.cert_file.empty()) {
    add(out, "ssl.certificate.location", tls.cert_file);
    add(out, "ssl.key.location", tls.key_file);
  }
  return std::nullopt;
}

std::optional<std::string> add_sasl(const kafka_access& access, kafka_settings& out) {
  if (std::ranges::find(sasl_mechanisms, access.sasl_mechanism) == sasl_mechanisms.end()) {
    return fmt::format("sasl_mechanism is '{}'; it may be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
                       access.sasl_mechanism);
  }
  if (access.secrets.user.empty() || access.secrets.password.empty()) {
    return fmt::format("{} needs a user and a password", access.sasl_mechanism);
  }
  add(out, "sasl.mechanism", access.sasl_mechanism);
  add(out, "sasl.username", access.secrets.user);
  add(out, "sasl.password", access.secrets.password);
  return std::nullopt;
}

std::optional<std::string> add_security(const kafka_access& access, std::string_view ca_bundle,
                                        kafka_settings& out) {
  const bool tls = access.over == transport::tls;
  const bool sasl = !access.sasl_mechanism.empty();
  if (!sasl && !access.secrets.user.empty()) {
    return "a user is given, but no sasl_mechanism: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512";
  }
  constexpr std::array<std::string_view, 4> protocols{"plaintext", "sasl_plaintext", "ssl",
                                                      "sasl_ssl"};
  add(out, "security.protocol",
      std::string(protocols[(tls ? 2U : 0U) + (sasl ? 1U : 0U)]));
  if (tls) {
    if (auto wrong = add_tls(access.tls, ca_bundle, out)) return wrong;
  }
  return sasl ? add_sasl(access, out) : std::nullopt;
}

void add_batching(const sink_options& options, const kafka_batching& batching,
                  kafka_settings& out) {
  // The whole batch is at hand when the first record is produced: no need to linger for more than
  // it takes to hand it over.
  add(out, "linger.ms", "2");
  add(out, "batch.size", std::to_string(batching.bytes));
  add(out, "batch.num.messages", batching.alone ? "1" : "10000");
  add(out, "message.max.bytes", std::to_string(kafka_message_bytes_max));
  add(out, "compression.codec", options.compress.empty() ? "lz4" : options.compress);
  // What is in flight is one batch of the runner's, so its limits are the queue's.
  add(out, "queue.buffering.max.messages", "0");
  add(out, "queue.buffering.max.kbytes", "2147483647");
}

void add_waiting(const sink_options& options, kafka_settings& out) {
  // A record in flight has no end: only a retry under its own sequence number is no duplicate.
  add(out, "message.timeout.ms", "0");
  add(out, "request.timeout.ms", ms_within(options.timeout, 1s, 300s));
  // Half of a call, so that the call which waits for a topic that is not there hears of it.
  add(out, "topic.metadata.propagation.max.ms", ms_within(options.timeout / 2, 500ms, 30s));
}

}  // namespace

std::string kafka_peers(std::span<const peer_address> peers) {
  std::string out;
  for (const peer_address& peer : peers) {
    const bool v6 = peer.host.find(':') != std::string::npos;
    fmt::format_to(std::back_inserter(out), "{}{}{}{}:{}", out.empty() ? "" : ",", v6 ? "[" : "",
                   peer.host, v6 ? "]" : "", peer.port);
  }
  return out;
}

std::string kafka_peers(const sink_options& options) { return kafka_peers(options.peers); }

std::optional<std::string> add_kafka_access(const kafka_access& access, std::string_view ca_bundle,
                                            kafka_settings& out) {
  add(out, "bootstrap.servers", kafka_peers(access.peers));
  add(out, "client.id", access.name.empty() ? "logio" : "logio-" + std::string(access.name));
  add(out, "socket.keepalive.enable", "true");
  add(out, "socket.nagle.disable", "true");
  add(out, "enable.metrics.push", "false");
  add(out, "log.connection.close", "false");
  add(out, "log.thread.name", "false");
  add(out, "socket.timeout.ms", ms_within(access.timeout, 1s, 300s));
  add(out, "socket.connection.setup.timeout.ms", ms_within(access.timeout, 1s, 300s));
  add(out, "reconnect.backoff.ms", "100");
  add(out, "reconnect.backoff.max.ms", "2000");
  add(out, "broker.address.ttl", "1000");
  return add_security(access, ca_bundle, out);
}

std::optional<std::string> make_kafka_settings(const sink_options& options,
                                               const kafka_batching& batching,
                                               std::string_view ca_bundle, kafka_settings& out) {
  out.clear();
  if (options.peers.empty()) return "no broker is named: kafka://HOST:9092/TOPIC";
  if (!options.compress.empty() &&
      std::ranges::find(compressions, options.compress) == compressions.end()) {
    return fmt::format("compress is '{}'; it may be lz4, zstd or none", options.compress);
  }
  add(out, "enable.idempotence", "true");
  add(out, "acks", "all");
  // As Java's default partitioner: the same key, the same partition, whoever produces.
  add(out, "partitioner", "murmur2_random");
  add_batching(options, batching, out);
  add_waiting(options, out);
  return add_kafka_access({.peers = options.peers,
                           .name = options.name,
                           .over = options.over,
                           .tls = options.tls,
                           .secrets = options.secrets,
                           .sasl_mechanism = options.sasl_mechanism,
                           .timeout = options.timeout},
                          ca_bundle, out);
}

}  // namespace logio::sink
