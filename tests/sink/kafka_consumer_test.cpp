#include "logio/sink/kafka_consumer.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

using namespace logio::sink;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::chrono::seconds patience{30};

/// The library's own brokers on loopback, with a producer to fill them.
class cluster {
 public:
  /// A rebalance waits for as long as `join_ms` for members to come again: two of them take part
  /// in one only when that is longer than their heartbeats are apart.
  explicit cluster(int join_ms = 0) {
    char why[256];
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, nullptr);
    rk_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    REQUIRE(rk_ != nullptr);
    mock_ = rd_kafka_mock_cluster_new(rk_, 1);
    REQUIRE(mock_ != nullptr);
    rd_kafka_mock_group_initial_rebalance_delay_ms(mock_, join_ms);
    peers_ = rd_kafka_mock_cluster_bootstraps(mock_);
    rd_kafka_brokers_add(rk_, peers_.c_str());
  }
  cluster(const cluster&) = delete;
  ~cluster() {
    rd_kafka_mock_cluster_destroy(mock_);
    rd_kafka_destroy(rk_);
  }

  rd_kafka_mock_cluster_t* mock() noexcept { return mock_; }

  cluster& topic(const char* name, int partitions) {
    REQUIRE(rd_kafka_mock_topic_create(mock_, name, partitions, 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
    return *this;
  }

  /// A message that the brokers have when this returns.
  cluster& put(const char* topic, std::int32_t partition, const std::string& value) {
    rd_kafka_headers_t* const headers = rd_kafka_headers_new(2);
    rd_kafka_header_add(headers, "app", -1, "shop", 4);
    rd_kafka_header_add(headers, "empty", -1, nullptr, 0);
    std::array<rd_kafka_vu_t, 7> parts{};
    std::size_t count = 0;
    const auto part = [&](rd_kafka_vtype_t type) -> auto& {
      parts[count].vtype = type;
      return parts[count++].u;
    };
    part(RD_KAFKA_VTYPE_TOPIC).cstr = topic;
    part(RD_KAFKA_VTYPE_PARTITION).i32 = partition;
    part(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
    part(RD_KAFKA_VTYPE_KEY).mem = {.ptr = const_cast<char*>("key"), .size = 3};
    part(RD_KAFKA_VTYPE_VALUE).mem = {.ptr = const_cast<char*>(value.data()),
                                      .size = value.size()};
    part(RD_KAFKA_VTYPE_TIMESTAMP).i64 = 1'481'062'461'448;
    part(RD_KAFKA_VTYPE_HEADERS).headers = headers;
    REQUIRE(rd_kafka_produceva(rk_, parts.data(), count) == nullptr);
    REQUIRE(rd_kafka_flush(rk_, 10'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
    return *this;
  }

  /// What a group has committed, as somebody sees it who takes no part in it.
  std::int64_t committed(const char* group, const char* topic, std::int32_t partition) const {
    char why[256];
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, nullptr);
    rd_kafka_conf_set(conf, "bootstrap.servers", peers_.c_str(), why, sizeof why);
    rd_kafka_conf_set(conf, "group.id", group, why, sizeof why);
    rd_kafka_t* const asking = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    REQUIRE(asking != nullptr);
    rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition);
    const rd_kafka_resp_err_t code = rd_kafka_committed(asking, list, 10'000);
    const std::int64_t out = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(asking);
    REQUIRE(code == RD_KAFKA_RESP_ERR_NO_ERROR);
    return out;
  }

  kafka_consumer_options options(std::string topic, std::string group = "g") const {
    kafka_consumer_options out;
    for (std::size_t at = 0; at < peers_.size();) {
      const std::size_t colon = peers_.find(':', at), comma = peers_.find(',', at);
      const std::size_t end = comma == std::string::npos ? peers_.size() : comma;
      out.peers.push_back({peers_.substr(at, colon - at),
                           static_cast<std::uint16_t>(
                               std::stoi(peers_.substr(colon + 1, end - colon - 1)))});
      at = end + 1;
    }
    out.topics = {std::move(topic)};
    out.group = std::move(group);
    out.session_timeout = 1500ms;
    out.timeout = 3s;
    return out;
  }

 private:
  rd_kafka_t* rk_ = nullptr;
  rd_kafka_mock_cluster_t* mock_ = nullptr;
  std::string peers_;
};

std::unique_ptr<kafka_consumer> opened(const kafka_consumer_options& options) {
  std::string error;
  auto out = kafka_consumer::open(options, error);
  INFO(error);
  REQUIRE(out);
  return out;
}

struct seen {
  std::string value;
  kafka_place place;
  std::int32_t partition;
};

/// Reads until `done`, with a bound.
template <class Done>
std::vector<seen> read_until(kafka_consumer& from, Done done, std::size_t messages_max = 100) {
  std::vector<seen> out;
  const auto deadline = clock_type::now() + patience;
  while (!done(out)) {
    INFO(out.size() << " messages; " << from.trouble());
    REQUIRE(clock_type::now() < deadline);
    from.poll(50ms, messages_max, [&](const kafka_message_in& m) {
      out.push_back({std::string(m.value), m.place, m.partition});
    });
  }
  return out;
}

std::vector<seen> read(kafka_consumer& from, std::size_t count) {
  return read_until(from, [&](const auto& all) { return all.size() >= count; });
}

std::vector<std::string> values(const std::vector<seen>& all) {
  std::vector<std::string> out;
  for (const seen& one : all) out.push_back(one.value);
  return out;
}

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a consumer that cannot be is refused with the remedy") {
  std::string error;
  kafka_consumer_options options;
  CHECK_FALSE(kafka_consumer::open(options, error));
  CHECK(error == "no broker is named: kafka://HOST:9092/TOPIC?group=NAME");
  options.peers = {{.host = "127.0.0.1", .port = 1}};
  options.topics = {"logs"};
  options.group = "g";
  options.over = transport::tls;
  options.tls.ca_file = "/nowhere/ca.pem";
  CHECK_FALSE(kafka_consumer::open(options, error));
  CHECK_THAT(error, ContainsSubstring("ca.location"));
}

TEST_CASE("a message has all that its producer gave it") {
  cluster brokers;
  brokers.topic("t", 1).put("t", 0, "one");
  const auto consumer = opened(brokers.options("t"));
  bool came = false;
  const auto deadline = clock_type::now() + patience;
  while (!came && clock_type::now() < deadline) {
    consumer->poll(50ms, 10, [&](const kafka_message_in& m) {
      came = true;
      CHECK(m.key == "key");
      CHECK(m.value == "one");
      CHECK(m.has_value);
      CHECK(m.timestamp_ns == 1'481'062'461'448'000'000);
      CHECK(m.topic == "t");
      CHECK(m.partition == 0);
      CHECK(m.place.offset == 0);
      REQUIRE(m.headers.size() == 2);
      CHECK(m.headers[0].name == "app");
      CHECK(m.headers[0].value == "shop");
      CHECK(m.headers[1].name == "empty");
      CHECK(m.headers[1].value.empty());
    });
  }
  REQUIRE(came);
  CHECK(consumer->assigned());
  CHECK(consumer->partitions() == 1);
  CHECK(consumer->trouble().empty());
  CHECK(consumer->unsettled() == 1);
}

TEST_CASE("who comes after gets all that was not settled") {
  cluster brokers;
  brokers.topic("t", 1);
  for (const char* value : {"0", "1", "2", "3", "4"}) brokers.put("t", 0, value);
  {
    const auto first = opened(brokers.options("t"));
    const auto all = read(*first, 5);
    for (const std::size_t i : {0U, 1U, 3U}) first->settle(all[i].place);
    CHECK(first->commit(true));
    CHECK(brokers.committed("g", "t", 0) == 2);
    first->settle(all[4].place);
    first->settle(all[4].place);
  }
  {
    const auto second = opened(brokers.options("t"));
    const auto all = read(*second, 3);
    CHECK(values(all) == strings{"2", "3", "4"});
    for (const seen& one : all) second->settle(one.place);
    CHECK(second->close(10s));  // commits
  }
  const auto third = opened(brokers.options("t"));
  brokers.put("t", 0, "5");
  CHECK(values(read(*third, 1)) == strings{"5"});
  CHECK(third->lost() == 0);
}

TEST_CASE("offsets are committed without being asked, and never what is not settled") {
  cluster brokers;
  brokers.topic("t", 1);
  for (const char* value : {"0", "1", "2"}) brokers.put("t", 0, value);
  const auto consumer = opened(brokers.options("t"));
  const auto all = read(*consumer, 3);
  consumer->settle(all[0].place);
  consumer->settle(all[2].place);
  read_until(*consumer, [&](const auto&) { return brokers.committed("g", "t", 0) == 1; });
  CHECK(consumer->close(10s));
  CHECK(brokers.committed("g", "t", 0) == 1);
  CHECK(consumer->trouble().empty());
}

TEST_CASE("the end of all partitions is told, and ceases to be with a new message") {
  cluster brokers;
  brokers.topic("t", 3).put("t", 0, "a").put("t", 2, "b");
  const auto consumer = opened(brokers.options("t"));
  CHECK_FALSE(consumer->assigned());
  CHECK_FALSE(consumer->at_end());
  const auto all = read_until(*consumer, [&](const auto&) { return consumer->at_end(); });
  CHECK(all.size() == 2);
  CHECK(consumer->partitions() == 3);
  CHECK(consumer->waiting() == 0);
  brokers.put("t", 1, "c");
  CHECK(read(*consumer, 1).at(0).partition == 1);
  read_until(*consumer, [&](const auto&) { return consumer->at_end(); });
}

TEST_CASE("a start at the latest skips what was there, once") {
  cluster brokers;
  brokers.topic("t", 1).put("t", 0, "old");
  kafka_consumer_options options = brokers.options("t");
  options.start = kafka_start::latest;
  {
    const auto first = opened(options);
    CHECK(read_until(*first, [&](const auto&) { return first->at_end(); }).empty());
  }
  CHECK(brokers.committed("g", "t", 0) == 1);
  brokers.put("t", 0, "new");
  const auto second = opened(options);
  CHECK(values(read(*second, 1)) == strings{"new"});
}

TEST_CASE("no more is given than was asked for, and nothing while nothing is asked for") {
  cluster brokers;
  brokers.topic("t", 2);
  for (int i = 0; i < 10; ++i) brokers.put("t", i % 2, std::to_string(i));
  const auto consumer = opened(brokers.options("t"));
  // A partition's end is known when something of it has come.
  const auto of_both = [](const std::vector<seen>& all) {
    return !all.empty() && std::any_of(all.begin(), all.end(), [&](const seen& one) {
      return one.partition != all.front().partition;
    });
  };
  const std::size_t before = read_until(*consumer, of_both, 1).size();
  std::size_t given = 0;
  const auto count = [&](const kafka_message_in&) { ++given; };
  const auto deadline = clock_type::now() + 4s;  // longer than the session
  while (clock_type::now() < deadline) CHECK_FALSE(consumer->poll(200ms, 0, count));
  CHECK(given == 0);
  CHECK(consumer->assigned());
  CHECK(consumer->waiting() == 10 - before);
  brokers.put("t", 0, "last");
  const auto rest = read(*consumer, 11 - before);
  CHECK(rest.size() == 11 - before);
  CHECK(consumer->unsettled() == 11);
  CHECK(consumer->lost() == 0);
}

TEST_CASE("a second member takes over where the first had settled") {
  cluster brokers(1000);
  brokers.topic("t", 2);
  for (int i = 0; i < 6; ++i) brokers.put("t", i % 2, std::to_string(i));
  const auto first = opened(brokers.options("t"));
  const auto all = read(*first, 6);
  for (const seen& one : all) {
    if (one.place.offset < 2) first->settle(one.place);  // and not the last of each
  }
  CHECK(first->commit(true));  // these brokers take none while a group joins, as real ones would
  const auto second = opened(brokers.options("t"));
  std::vector<seen> again;
  const auto deadline = clock_type::now() + patience;
  while (again.empty() || first->partitions() != 1 || second->partitions() != 1) {
    REQUIRE(clock_type::now() < deadline);
    first->poll(20ms, 10, [](const kafka_message_in&) {});
    second->poll(20ms, 10, [&](const kafka_message_in& m) {
      again.push_back({std::string(m.value), m.place, m.partition});
    });
  }
  for (const seen& one : again) CHECK(one.place.offset == 2);
  // The first still settles all of its own, also what is the second's now.
  for (const seen& one : all) first->settle(one.place);
  first->close(10s);
  second->close(10s);
  const auto third = opened(brokers.options("t"));
  const auto rest = read_until(*third, [&](const auto&) { return third->at_end(); });
  REQUIRE_FALSE(rest.empty());
  const auto of_second = [&](const seen& one) {
    return one.partition == again.back().partition;
  };
  CHECK(std::ranges::count_if(rest, of_second) == 1);
  for (const seen& one : rest) CHECK(one.place.offset == 2);
}

TEST_CASE("a cluster that cannot be reached is a trouble, with its address, and no hindrance") {
  kafka_consumer_options options;
  options.peers = {{.host = "127.0.0.1", .port = 1}};
  options.topics = {"logs"};
  options.group = "g";
  options.timeout = 1s;
  const auto consumer = opened(options);
  const auto all = read_until(*consumer, [&](const auto&) { return !consumer->trouble().empty(); });
  CHECK(all.empty());
  CHECK_THAT(consumer->trouble(), Catch::Matchers::StartsWith("127.0.0.1:1: "));
  CHECK_THAT(consumer->trouble(), ContainsSubstring("refused"));
  CHECK_FALSE(consumer->assigned());
  CHECK_FALSE(consumer->at_end());
  CHECK(consumer->commit(true));  // nothing is due
  const auto began = clock_type::now();
  consumer->close(2s);
  CHECK(clock_type::now() - began < 5s);
}

TEST_CASE("a topic that is not there is a trouble until it is") {
  cluster brokers;
  rd_kafka_mock_topic_set_error(brokers.mock(), "later", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const auto consumer = opened(brokers.options("later"));
  read_until(*consumer, [&](const auto&) { return !consumer->trouble().empty(); });
  CHECK_THAT(consumer->trouble(), ContainsSubstring("later"));
  CHECK_THAT(consumer->trouble(), ContainsSubstring("create the topic"));
  const auto began = clock_type::now();
  read_until(*consumer, [&](const auto&) { return clock_type::now() - began > 3s; });
  CHECK_FALSE(consumer->trouble().empty());
  rd_kafka_mock_topic_set_error(brokers.mock(), "later", RD_KAFKA_RESP_ERR_NO_ERROR);
  brokers.put("later", 0, "now");
  CHECK(values(read(*consumer, 1)) == strings{"now"});
  CHECK(consumer->trouble().empty());
}

TEST_CASE("a permission that is missing is told") {
  cluster brokers;
  brokers.topic("t", 1);
  rd_kafka_mock_topic_set_error(brokers.mock(), "t", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  const auto consumer = opened(brokers.options("t"));
  read_until(*consumer, [&](const auto&) { return !consumer->trouble().empty(); });
  CHECK_THAT(consumer->trouble(), ContainsSubstring("no permission to read the topic"));
}

TEST_CASE("brokers that go and come back are a trouble that ends, also when nothing new comes") {
  cluster brokers;
  brokers.topic("t", 1).put("t", 0, "0");
  const auto consumer = opened(brokers.options("t"));
  const auto all = read_until(*consumer, [&](const auto&) { return consumer->at_end(); });
  rd_kafka_mock_broker_set_down(brokers.mock(), 1);
  read_until(*consumer, [&](const auto&) { return !consumer->trouble().empty(); });
  consumer->settle(all.at(0).place);
  const auto began = clock_type::now();
  CHECK_FALSE(consumer->commit(true));
  CHECK(clock_type::now() - began < 10s);
  rd_kafka_mock_broker_set_up(brokers.mock(), 1);
  read_until(*consumer, [&](const auto&) { return consumer->trouble().empty(); });
  brokers.put("t", 0, "1");
  CHECK_FALSE(read(*consumer, 1).empty());
}

TEST_CASE("a commit that is refused is told and repeated") {
  cluster brokers;
  brokers.topic("t", 1).put("t", 0, "0");
  const auto consumer = opened(brokers.options("t"));
  const auto all = read(*consumer, 1);
  rd_kafka_mock_push_request_errors(brokers.mock(), 8, 1,
                                    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  consumer->settle(all[0].place);
  CHECK_FALSE(consumer->commit(true));
  CHECK_THAT(consumer->trouble(), ContainsSubstring("could not be committed"));
  CHECK(consumer->commit(true));
  CHECK(consumer->trouble().empty());
}
