#include "logio/config/ship_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <variant>
#include <vector>

#include "logio/base/exit_code.hpp"
#include "support.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

complete_options<ship_options> read_ship(const words& arguments, const environment& env = {}) {
  ship_flags flags;
  if (auto error = parse(ship_command(flags), arguments, env)) return *error;
  return complete(flags, env, "here");
}

std::string refusal(const words& arguments) {
  const auto read = read_ship(arguments);
  REQUIRE(!read.has_value());
  CHECK(read.error().exit_code == base::exit_usage);
  CHECK(read.error().message.starts_with("logio ship: "));
  CHECK(read.error().message.find("s3cret") == std::string::npos);
  return read.error().message;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("without --from it is standard input, of this host") {
  const auto o = taken(read_ship({"-a", "shop", "gelf+tcp://graylog:12201?log=x"}));
  const auto* const from = std::get_if<ship_from_stream>(&o.from);
  REQUIRE(from != nullptr);
  CHECK(from->form == ship_from_stream::format::text);
  CHECK(o.shown_from == "standard input");
  CHECK(o.app == "shop");
  CHECK(o.host == "here");
  CHECK(o.sink.kind == sink::kind::gelf);
  CHECK(o.sink.name == "gelf-graylog-12201");
  CHECK(o.sink.selection.log == words{"x"});
  CHECK(o.follow);
}

TEST_CASE("a path is a journal, http a hub with its query") {
  const auto journal = taken(read_ship({"--from", "/data", "file:///x", "--since", "2h"}));
  REQUIRE(std::get_if<ship_from_journal>(&journal.from) != nullptr);
  CHECK(std::get<ship_from_journal>(journal.from).path == "/data");
  CHECK(journal.since == "2h");
  const auto hub = taken(read_ship({"--from", "http://hub?app=a&proc=b|c", "file:///x",
                                    "--no-follow", "--state", "s"}));
  const auto* const from = std::get_if<ship_from_hub>(&hub.from);
  REQUIRE(from != nullptr);
  CHECK(from->hub == host_port{"hub", 7702});
  CHECK(from->query == "app=a&proc=b|c");
  CHECK_FALSE(hub.follow);
  CHECK(hub.state == "s");
}

TEST_CASE("Kafka is named by brokers, topic and group, and reads as a sink's URL else") {
  const auto o = taken(read_ship(
      {"--from",
       "kafka+tls://u:${PASSWORD}@b1:9093,b2/logs?group=g%201&start=latest&sasl_mechanism=PLAIN",
       "file:///x"},
      variables({{"PASSWORD", "s3cret"}})));
  const auto* const from = std::get_if<ship_from_kafka>(&o.from);
  REQUIRE(from != nullptr);
  CHECK(from->group == "g 1");
  CHECK(from->latest);
  CHECK(from->cluster.peers ==
        std::vector<sink::peer_address>{{"b1", 9093}, {"b2", from->cluster.peers[1].port}});
  CHECK(from->cluster.over == sink::transport::tls);
  CHECK(from->cluster.path == "logs");
  CHECK(from->cluster.secrets.password == "s3cret");
  CHECK(o.app == "logs");
  CHECK(o.host.empty());
  CHECK_FALSE(says(o.shown_from, "s3cret"));
}

TEST_CASE("what cannot be is refused with what to write instead") {
  CHECK(says(refusal({}), "where to?"));
  CHECK(says(refusal({"file:///x"}), "Give -a NAME"));
  CHECK(says(refusal({"file:///x?on_full=spill", "-a", "x"}), "on_full"));
  CHECK(says(refusal({"in-memory://localhost/", "-a", "x"}), "a hub's own memory"));
  CHECK(says(refusal({"file:///x", "--from", "amqp://u:s3cret@b"}), "unknown scheme"));
  CHECK(says(refusal({"file:///x", "--from", "http://h?after=1"}), "after="));
  CHECK(says(refusal({"file:///x", "--from", "kafka+tls://u:s3cret@b/t?sasl_mechanism=PLAIN"}),
             "no group=NAME"));
  CHECK(says(refusal({"file:///x", "--from", "kafka://b/t-%Y?group=g"}), "template"));
  CHECK(says(refusal({"file:///x", "--from", "kafka://b/t?group=g&start=now"}), "earliest"));
  CHECK(says(refusal({"file:///x", "--from", "kafka://b/t?group=g&format=gelf"}), "'format'"));
  CHECK(says(refusal({"file:///x", "--from", "kafka://b?group=g"}), "topic"));
  CHECK(says(refusal({"file:///x", "--from", "/d", "-a", "x"}), "--app is for"));
  CHECK(says(refusal({"file:///x", "--from", "/d", "--format", "text"}), "--format is for"));
  CHECK(says(refusal({"file:///x", "-a", "x", "--since", "1h"}), "--since is for"));
  CHECK(says(refusal({"file:///x", "-a", "x", "--resend"}), "--resend is for"));
  CHECK(says(refusal({"file:///x", "-a", "x", "--format", "xml"}), "text|ndjson"));
}

}  // namespace
}  // namespace logio::config
