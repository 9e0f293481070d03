#include "serve/metrics_page.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <set>
#include <sstream>

#include "logio/serve/response.hpp"

namespace logio::serve {
namespace {

struct fixture {
  boost::asio::io_context a, b;
  std::unique_ptr<hub::hub> hub =
      std::move(*hub::hub::open({}, {a.get_executor(), b.get_executor()}));

  std::vector<sink_row> sinks;
  std::optional<marathon_status> marathon;
  event_counts events;

  std::string page() {
    return render_metrics(*hub, {"1.2.3", false, 2, {}, std::nullopt, sinks, nullptr, marathon,
                                 &events});
  }
  bool has(const std::string& line) {
    return ("\n" + page()).find("\n" + line + "\n") != std::string::npos;
  }
};

TEST_CASE("numbers are summed over the threads") {
  fixture f;
  hub::shard_counters& one = f.hub->at(0).counters();
  hub::shard_counters& two = f.hub->at(1).counters();
  one.received_records.add(10);
  two.received_records.add(5);
  two.received_records_http.add(3);
  one.refused_records_by_code[4].add(2);
  two.refused_records_by_code[4].add(2);
  two.refused_records_http_by_code[1].add(1);
  one.refused_publishers_by_code[6].add(1);
  f.hub->note_turned_away();
  missed_by(two, hub::missed_reason::overtaken).add(9);
  one.discarded_records.add(8);
  two.sent_bytes_by_format[1].add(77);
  one.http_answers[answer_status_index(404)].add(4);
  two.http_answers[answer_status_index(404)].add(3);
  one.http_answers[answer_status_index(503)].add(1);
  one.subscribers.add(2);
  two.subscribers.add(2);
  two.subscribers.subtract(1);
  CHECK(f.has("logio_records_received_total{input=\"tcp\"} 12"));
  CHECK(f.has("logio_records_received_total{input=\"http\"} 3"));
  CHECK(f.has("logio_records_refused_total{input=\"tcp\",reason=\"bad_record\"} 4"));
  CHECK(f.has("logio_records_refused_total{input=\"http\",reason=\"bad_json\"} 1"));
  CHECK(f.has("logio_publishers_refused_total{reason=\"too_many_topics\"} 1"));
  CHECK(f.has("logio_publishers_refused_total{reason=\"too_many_connections\"} 1"));
  CHECK(f.has("logio_records_missed_total{stage=\"subscriber\",reason=\"overtaken\"} 9"));
  CHECK(f.has("logio_records_dropped_total{stage=\"subscriber\",reason=\"closed\"} 8"));
  CHECK(f.has("logio_bytes_sent_total{output=\"raw\"} 77"));
  CHECK(f.has("logio_connections{kind=\"subscriber\"} 3"));
  CHECK(f.has("logio_http_requests_total{code=\"200\"} 0"));
  CHECK(f.has("logio_http_requests_total{code=\"404\"} 7"));
  CHECK(f.has("logio_http_requests_total{code=\"503\"} 3"));
  CHECK(f.has("logio_build_info{version=\"1.2.3\"} 1"));
  CHECK(f.has("logio_ready 0"));
}

sink_row sink_called(std::string name) {
  sink_row row;
  row.name = std::move(name);
  row.state = "up";
  return row;
}

TEST_CASE("each sink has its numbers, and what they lost is summed beside the others'") {
  fixture f;
  CHECK(f.page().find("logio_sink") == std::string::npos);
  CHECK(f.page().find("stage=\"sink\"") == std::string::npos);
  sink_row one = sink_called("es-1.a");
  one.lag_records = 12;
  one.lag_bytes = 3400;
  one.lag_seconds = 1.25;
  one.matched_records = 120;
  one.sent_records = 100;
  one.sent_bytes = 9999;
  one.retried_requests = 4;
  one.dead_records = 5;
  one.dead_kept = 2;
  one.dropped_records = 3;
  one.missed_records = 7;
  one.compressed_files = 6;
  one.uncompressed_files = 8;
  one.compress_failures = 9;
  sink_row two = sink_called("k");
  two.state = "back_off";
  two.dropped_records = 10;
  two.missed_records = 20;
  f.sinks = {one, two};
  CHECK(f.has("logio_sink_up{sink=\"es-1.a\"} 1"));
  CHECK(f.has("logio_sink_up{sink=\"k\"} 0"));
  CHECK(f.has("logio_sink_lag_records{sink=\"es-1.a\"} 12"));
  CHECK(f.has("logio_sink_lag_bytes{sink=\"es-1.a\"} 3400"));
  CHECK(f.has("logio_sink_lag_seconds{sink=\"es-1.a\"} 1.25"));
  CHECK(f.has("logio_sink_lag_seconds{sink=\"k\"} 0"));
  CHECK(f.has("logio_sink_matched_total{sink=\"es-1.a\"} 120"));
  CHECK(f.has("logio_sink_sent_total{sink=\"es-1.a\"} 100"));
  CHECK(f.has("logio_sink_sent_bytes_total{sink=\"es-1.a\"} 9999"));
  CHECK(f.has("logio_sink_retries_total{sink=\"es-1.a\"} 4"));
  CHECK(f.has("logio_sink_dead_total{sink=\"es-1.a\"} 5"));
  CHECK(f.has("logio_sink_dead_kept{sink=\"es-1.a\"} 2"));
  CHECK(f.has("logio_sink_dropped_total{sink=\"es-1.a\"} 3"));
  CHECK(f.has("logio_sink_missed_total{sink=\"k\"} 20"));
  CHECK(f.has("logio_sink_compressed_files_total{sink=\"es-1.a\"} 6"));
  CHECK(f.has("logio_sink_uncompressed_files{sink=\"es-1.a\"} 8"));
  CHECK(f.has("logio_sink_compress_failures_total{sink=\"es-1.a\"} 9"));
  CHECK(f.has("logio_records_dropped_total{stage=\"sink\",reason=\"queue_full\"} 13"));
  CHECK(f.has("logio_records_missed_total{stage=\"sink\",reason=\"overtaken\"} 27"));
}

TEST_CASE("the histogram's ranges are summed upwards") {
  fixture f;
  f.hub->at(0).counters().publish_to_send.observe(200'000, 3);
  f.hub->at(1).counters().publish_to_send.observe(90'000'000'000, 2);
  CHECK(f.has("logio_publish_to_send_seconds_bucket{le=\"0.0001\"} 0"));
  CHECK(f.has("logio_publish_to_send_seconds_bucket{le=\"0.00025\"} 3"));
  CHECK(f.has("logio_publish_to_send_seconds_bucket{le=\"60\"} 3"));
  CHECK(f.has("logio_publish_to_send_seconds_bucket{le=\"+Inf\"} 5"));
  CHECK(f.has("logio_publish_to_send_seconds_sum 180.0006"));
  CHECK(f.has("logio_publish_to_send_seconds_count 5"));
}

TEST_CASE("events are counted by Marathon's types, whoever sent them") {
  fixture f;
  CHECK(f.page().find("logio_marathon") == std::string::npos);
  f.events.count_taken("status_update_event", 2'500'000'000);
  f.events.count_taken("of \"mine\"", 1'500'000'000);
  f.events.count_repeated();
  CHECK(f.has("logio_marathon_events_total{type=\"status_update_event\"} 1"));
  CHECK(f.has("logio_marathon_events_total{type=\"other\"} 1"));
  CHECK(f.has("logio_marathon_repeated_events_total 1"));
  CHECK(f.has("logio_marathon_last_event_seconds 1.5"));
  CHECK(f.page().find("deployment_info") == std::string::npos);
  CHECK(f.page().find("logio_marathon_up") == std::string::npos);
  f.marathon = marathon_status{.state = "registered", .since_ns = 7'000'000'000};
  f.marathon->errors = 3;
  f.marathon->interruptions = 4;
  f.marathon->registrations = 5;
  f.marathon->refused_events = 6;
  CHECK(f.has("logio_marathon_events_total{type=\"deployment_info\"} 0"));
  CHECK(f.has("logio_marathon_up 1"));
  CHECK(f.has("logio_marathon_state{state=\"registered\"} 1"));
  CHECK(f.has("logio_marathon_state{state=\"back_off\"} 0"));
  CHECK(f.has("logio_marathon_state_since_seconds 7"));
  CHECK(f.has("logio_marathon_errors_total 3"));
  CHECK(f.has("logio_marathon_interruptions_total 4"));
  CHECK(f.has("logio_marathon_registrations_total 5"));
  CHECK(f.has("logio_marathon_refused_events_total 6"));
  f.marathon->state = "back_off";
  CHECK(f.has("logio_marathon_up 0"));
}

TEST_CASE("no family comes twice, and each has its help and its type") {
  fixture f;
  f.sinks = {sink_called("a"), sink_called("b")};
  f.marathon = marathon_status{.state = "streaming"};
  std::set<std::string> helped, typed;
  std::istringstream lines(f.page());
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mark, kind, name;
    words >> mark >> kind >> name;
    if (mark != "#") continue;
    INFO(line);
    CHECK((kind == "HELP" ? helped : typed).insert(name).second);
  }
  CHECK(helped == typed);
  CHECK(helped.size() > 30);
}

}  // namespace
}  // namespace logio::serve
