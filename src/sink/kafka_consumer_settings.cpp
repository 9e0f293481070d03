#include "sink/kafka_consumer_settings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace logio::sink {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds session_min{100}, session_max{3'600'000};
constexpr milliseconds heartbeat_max{3'000};
constexpr milliseconds poll_interval{300'000};
/// Brokers hold a fetch back for half a second when there is nothing new.
constexpr milliseconds timeout_min{2'000};
constexpr std::size_t topic_bytes_max = 249;

bool is_topic_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::optional<std::string> check(const kafka_consumer_options& options) {
  if (options.peers.empty()) return "no broker is named: kafka://HOST:9092/TOPIC?group=NAME";
  if (options.topics.empty()) return "no topic is named: kafka://HOST:9092/TOPIC?group=NAME";
  for (const std::string& topic : options.topics) {
    if (topic.empty() || topic.size() > topic_bytes_max || topic == "." || topic == ".." ||
        !std::ranges::all_of(topic, is_topic_character)) {
      return fmt::format("topic '{}' is not legal: it has 1 to {} of [A-Za-z0-9._-]", topic,
                         topic_bytes_max);
    }
  }
  if (options.group.empty()) return "no group is named: add ?group=NAME, whose offsets are kept";
  if (options.session_timeout < session_min || options.session_timeout > session_max) {
    return fmt::format("session_timeout is {} ms; it may be {} to {}",
                       options.session_timeout.count(), session_min.count(), session_max.count());
  }
  return std::nullopt;
}

std::string ms(milliseconds value) { return std::to_string(value.count()); }

void add_group(const kafka_consumer_options& options, kafka_settings& out) {
  const milliseconds session = options.session_timeout;
  out.insert(out.end(),
             {{"group.id", options.group},
              {"partition.assignment.strategy", "cooperative-sticky"},
              {"session.timeout.ms", ms(session)},
              {"heartbeat.interval.ms", ms(std::min(session / 3, heartbeat_max))},
              {"max.poll.interval.ms", ms(std::max(session, poll_interval))},
              {"enable.auto.commit", "false"},
              {"enable.auto.offset.store", "false"},
              // Also for start=latest, whose beginning is given with the assignment: who has come
              // to a place that was deleted is not to skip what is left.
              {"auto.offset.reset", "earliest"}});
}

void add_reading(kafka_settings& out) {
  out.insert(out.end(),
             {{"isolation.level", "read_committed"},
              {"enable.partition.eof", "true"},
              {"check.crcs", "true"},
              {"queued.max.messages.kbytes", "16384"},
              // A full queue is looked at so often, and not once a second: it is a small one.
              {"fetch.queue.backoff.ms", "10"},
              {"receive.message.max.bytes", "134217728"},
              {"topic.metadata.refresh.interval.ms", "10000"},  // a topic that is made is found
              {"allow.auto.create.topics", "false"}});
}

}  // namespace

std::optional<std::string> make_kafka_consumer_settings(const kafka_consumer_options& options,
                                                        std::string_view ca_bundle,
                                                        kafka_settings& out) {
  out.clear();
  if (auto wrong = check(options)) return wrong;
  add_group(options, out);
  add_reading(out);
  return add_kafka_access({.peers = options.peers,
                           .name = options.name,
                           .over = options.over,
                           .tls = options.tls,
                           .secrets = options.secrets,
                           .sasl_mechanism = options.sasl_mechanism,
                           .timeout = std::max(options.timeout, timeout_min)},
                          ca_bundle, out);
}

}  // namespace logio::sink
