#include "sink/kafka_producer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "sink/kafka_verdict.hpp"

using namespace logio::sink;

namespace {

// Numbers of the Kafka protocol, "Error Codes".
constexpr int none = 0, unknown_topic_or_partition = 3, leader_not_available = 5,
              request_timed_out = 7, message_too_large = 10, invalid_topic = 17,
              record_list_too_large = 18, not_enough_replicas = 19,
              topic_authorization_failed = 29, cluster_authorization_failed = 31,
              invalid_timestamp = 32, out_of_order_sequence_number = 45,
              invalid_producer_epoch = 47, unsupported_compression_type = 76, invalid_record = 87,
              throttling_quota_exceeded = 89;

}  // namespace

TEST_CASE("only what no later try can change refuses a record") {
  CHECK(judge_kafka_error(none, false) == kafka_verdict::delivered);
  CHECK(judge_kafka_error(invalid_topic, false) == kafka_verdict::refused);
  for (const int later : {unknown_topic_or_partition, leader_not_available, request_timed_out,
                          not_enough_replicas, topic_authorization_failed,
                          cluster_authorization_failed,
                          unsupported_compression_type, 12345, -12345}) {
    CAPTURE(later);
    CHECK(judge_kafka_error(later, false) == kafka_verdict::pending);
  }
}

TEST_CASE("an error of a batch blames a record only when the broker names it") {
  CHECK(judge_kafka_error(message_too_large, false) == kafka_verdict::batch_refused);
  CHECK(judge_kafka_error(record_list_too_large, false) == kafka_verdict::batch_refused);
  CHECK(judge_kafka_error(message_too_large, true) == kafka_verdict::batch_refused);
  for (const int invalid : {invalid_record, invalid_timestamp}) {
    CHECK(judge_kafka_error(invalid, true) == kafka_verdict::refused);
    CHECK(judge_kafka_error(invalid, false) == kafka_verdict::batch_refused);
  }
}

TEST_CASE("a producer that has lost count is in doubt, a throttled one busy") {
  CHECK(judge_kafka_error(out_of_order_sequence_number, false) == kafka_verdict::in_doubt);
  CHECK(judge_kafka_error(invalid_producer_epoch, false) == kafka_verdict::in_doubt);
  CHECK(judge_kafka_error(throttling_quota_exceeded, false) == kafka_verdict::busy);
}

TEST_CASE("settings that cannot be are told by name") {
  std::string error;
  CHECK_FALSE(kafka_producer::open({{"acks", "most"}}, "test", error));
  CHECK_THAT(error, Catch::Matchers::StartsWith("acks: "));
  error.clear();
  CHECK_FALSE(kafka_producer::open({{"security.protocol", "ssl"},
                                    {"ssl.ca.location", "/nowhere/ca.pem"}}, "test", error));
  CHECK_THAT(error, Catch::Matchers::ContainsSubstring("ca.location"));
}
