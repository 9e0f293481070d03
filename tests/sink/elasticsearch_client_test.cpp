#include "logio/sink/elasticsearch_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "logio/net/content_decoder.hpp"
#include "net/http_peer.hpp"
#include "sink/support.hpp"

using namespace logio;
using namespace logio::sink;
using namespace logio::sink::testing;
using namespace logio::net::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string answer(const std::string& status, const std::string& body = {}) {
  return http_answer_text(status, body, "Content-Type: application/json\r\n");
}

std::string failure(const std::string& status, const std::string& type) {
  return answer(status, R"({"error":{"type":")" + type + R"(","reason":"so"}})");
}

const std::string all_done = answer("200 OK", R"({"errors":false,"items":[]})");

/// Items with these statuses; errors where they are 300 and above.
std::string items(std::initializer_list<int> statuses, const std::string& type = "some_exception") {
  std::string out = R"({"errors":true,"items":[)";
  for (const int status : statuses) {
    if (out.back() != '[') out += ',';
    out += R"({"create":{"status":)" + std::to_string(status);
    if (status >= 300) out += R"(,"error":{"type":")" + type + R"(","reason":"so"})";
    out += "}}";
  }
  return answer("200 OK", out + "]}");
}

/// A client before a node that answers as it is told; lines are not compressed.
struct delivering {
  explicit delivering(http_peer::answering answering, sink_options options = {})
      : peer(std::move(answering)) {
    options.peers.insert(options.peers.begin(), {"127.0.0.1", peer.port()});
    if (options.path.empty()) options.path = "logs";
    if (options.compress.empty()) options.compress = "none";
    auto made = make_elasticsearch_client(options);
    CAPTURE(made.error);
    REQUIRE(made.client);
    client = std::move(made.client);
    for (int i = 0; i < 4; ++i) records.add({"a", "", ""}, "n=" + std::to_string(i), 0);
  }
  const outcome& deliver(bool repeated = false) {
    std::vector<item> offered = records.items();
    for (item& one : offered) one.repeated = repeated;
    client->deliver(offered, out);
    return out;
  }
  http_peer peer;
  std::unique_ptr<sink::client> client;
  offered_records records;
  outcome out;
};

delivering with(const std::string& text) {
  return delivering([text](const http_seen&) { return text; });
}

constexpr fate pending = fate::pending, delivered = fate::delivered, refused = fate::refused;
using fates = std::vector<fate>;
const fates all_delivered(4, delivered), all_pending(4, pending), all_refused(4, refused);

std::string unpacked(std::string_view packed) {
  std::string out(std::size_t{1} << 20, '\0');
  const auto gzip = net::make_gzip_decoder();
  const auto did = gzip->decode(packed, out);
  CHECK(gzip->complete());
  out.resize(did.produced);
  return out;
}

std::size_t lines_of(const http_seen& seen) {
  return static_cast<std::size_t>(std::count(seen.body.begin(), seen.body.end(), '\n'));
}

}  // namespace

TEST_CASE("a batch is one compressed request, and 201 is delivered") {
  sink_options options;
  options.compress = "gzip";
  options.secrets.token = "abc";
  options.path = "logs-%Y.%m.%d";
  delivering to([](const http_seen&) { return all_done; }, options);
  CHECK(to.deliver().fates == all_delivered);
  CHECK(to.out.error.empty());
  REQUIRE(to.peer.seen().size() == 1);
  const http_seen seen = to.peer.seen()[0];
  CHECK_THAT(seen.line(), ContainsSubstring("POST /_bulk?timeout=8000ms&filter_path=errors,"));
  CHECK_THAT(seen.head, ContainsSubstring("\r\nContent-Encoding: gzip\r\n"));
  CHECK_THAT(seen.head, ContainsSubstring("\r\nContent-Type: application/x-ndjson\r\n"));
  CHECK_THAT(seen.head, ContainsSubstring("\r\nAuthorization: ApiKey abc\r\n"));
  CHECK(to.out.sent_bytes == seen.body.size());
  const std::string lines = unpacked(seen.body);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 8);
  CHECK(lines.starts_with(
      R"({"create":{"_index":"logs-1970.01.01","_id":"0123456789abcdef-1"}})" "\n"));
  CHECK(to.deliver().fates == all_delivered);
  CHECK(to.peer.connections() == 1);
}

TEST_CASE("each item has its own fate") {
  delivering to = with(items({201, 400, 409, 200}, "mapper_parsing_exception"));
  CHECK(to.deliver().fates == fates{delivered, refused, refused, delivered});
  CHECK(to.out.error.empty());
  REQUIRE(to.out.refusals.size() == 2);
  CHECK(to.out.refusals[0].item == 1);
  CHECK(to.out.refusals[0].why == "400 mapper_parsing_exception: so");
  CHECK(to.out.refusals[1].item == 2);
  CHECK(to.deliver(true).fates == fates{delivered, refused, delivered, delivered});
}

TEST_CASE("an item that the peer has no room for is pending, and it is no failure") {
  delivering to = with(items({201, 429, 503, 201}, "es_rejected_execution_exception"));
  CHECK(to.deliver().fates == fates{delivered, pending, pending, delivered});
  CHECK(to.out.busy);
  CHECK_THAT(to.out.error, ContainsSubstring("429 es_rejected_execution_exception: so"));
  CHECK(to.out.refusals.empty());
}

TEST_CASE("what can be mended is pending, with the remedy") {
  delivering blocked = with(items({201, 403, 429, 500}, "cluster_block_exception"));
  CHECK(blocked.deliver().fates == fates{delivered, pending, pending, pending});
  CHECK_FALSE(blocked.out.busy);
  CHECK_THAT(blocked.out.error, ContainsSubstring("403 cluster_block_exception: so; give"));
  CHECK(with(items({404, 404, 404, 404})).deliver().fates == all_pending);
  CHECK(with(items({400, 400, 400, 400}, "validation_exception")).deliver().fates == all_pending);
}

TEST_CASE("a request that is not taken as a whole") {
  const auto whole = [](const std::string& status, const std::string& type) {
    delivering to = with(failure(status, type));
    CHECK(to.deliver().fates == all_pending);
    CHECK(to.peer.seen().size() == 1);
    return std::pair(to.out.error, to.out.busy);
  };
  auto [text, busy] = whole("429 Too Many Requests", "circuit_breaking_exception");
  CHECK(busy);
  CHECK_THAT(text, ContainsSubstring("HTTP status 429: circuit_breaking_exception: so"));
  std::tie(text, busy) = whole("503 Service Unavailable", "cluster_block_exception");
  CHECK(busy);
  std::tie(text, busy) = whole("401 Unauthorized", "security_exception");
  CHECK_FALSE(busy);
  CHECK_THAT(text, ContainsSubstring("security_exception: so; check the user and password"));
  std::tie(text, busy) = whole("403 Forbidden", "security_exception");
  CHECK_FALSE(busy);
  std::tie(text, busy) = whole("500 Internal Server Error", "x");
  CHECK_FALSE(busy);
  std::tie(text, busy) = whole("302 Found", "x");
  CHECK_FALSE(busy);
}

TEST_CASE("a peer that is something else takes nothing and refuses nothing") {
  delivering page = with(answer("200 OK", "<html>"));
  CHECK(page.deliver().fates == all_pending);
  CHECK_THAT(page.out.error, ContainsSubstring("is this Elasticsearch or OpenSearch?"));
  delivering bad = with(answer("400 Bad Request", "<html>plain HTTP to an HTTPS port</html>"));
  CHECK(bad.deliver().fates == all_pending);
  CHECK(bad.peer.seen().size() == 1);
  CHECK_THAT(bad.out.error, ContainsSubstring("without TLS?"));
  delivering few = with(items({201, 429}));
  CHECK(few.deliver().fates == all_pending);
  CHECK_THAT(few.out.error, ContainsSubstring("the answer has 2 items for 4 records"));
}

TEST_CASE("a request that is too large is halved, and one record alone is refused") {
  delivering to([](const http_seen& seen) {
    const bool large = lines_of(seen) > 2 || seen.body.find("n=2") != std::string::npos;
    return large ? answer("413 Request Entity Too Large", "<html>") : all_done;
  });
  CHECK(to.deliver().fates == fates{delivered, delivered, refused, delivered});
  CHECK_THAT(to.out.refusals.at(0).why, ContainsSubstring("raise http.max_content_length"));
  CHECK(to.out.error.empty());
}

TEST_CASE("a size that was too large is not tried again") {
  delivering to([](const http_seen& seen) {
    return seen.body.size() > 300'000 ? answer("413 Too Large") : all_done;
  });
  to.records = offered_records();
  for (int i = 0; i < 300; ++i) to.records.add({"a", "", ""}, std::string(2000, 'x'), 0);
  CHECK(to.deliver().fates == fates(300, delivered));
  const std::size_t first = to.peer.seen().size();
  CHECK(to.deliver().fates == fates(300, delivered));
  for (std::size_t i = first; i < to.peer.seen().size(); ++i) {
    CHECK(to.peer.seen()[i].body.size() <= 300'000);
  }
}

TEST_CASE("a request that a busy peer has no room for is smaller the next time") {
  std::atomic<std::size_t> room = 150'000;
  delivering to([&](const http_seen& seen) {
    return seen.body.size() > room ? failure("429 Too Many Requests", "rejected_execution")
                                   : all_done;
  });
  to.records = offered_records();
  for (int i = 0; i < 300; ++i) to.records.add({"a", "", ""}, std::string(2000, 'x'), 0);
  int calls = 1;
  while (to.deliver().fates != fates(300, delivered)) {
    CHECK(to.out.busy);
    REQUIRE(++calls < 20);
  }
  room = 10'000'000;  // and it grows again when there is
  const auto largest = [&] {
    const std::size_t before = to.peer.seen().size();
    CHECK(to.deliver().fates == fates(300, delivered));
    std::size_t bytes = 0;
    for (std::size_t i = before; i < to.peer.seen().size(); ++i) {
      bytes = std::max(bytes, to.peer.seen()[i].body.size());
    }
    return bytes;
  };
  calls = 0;
  while (largest() <= 150'000) REQUIRE(++calls < 30);
}

TEST_CASE("a record that the peer cannot parse is found by halving") {
  delivering to([](const http_seen& seen) {
    const bool bad = seen.body.find("n=1\"") != std::string::npos;
    return bad ? failure("400 Bad Request", "illegal_argument_exception") : all_done;
  });
  CHECK(to.deliver().fates == fates{delivered, refused, delivered, delivered});
  REQUIRE(to.out.refusals.size() == 1);
  CHECK(to.out.refusals[0].item == 1);
  CHECK(to.out.refusals[0].why == "HTTP status 400: illegal_argument_exception: so");
  CHECK(with(failure("400 Bad Request", "x")).deliver().fates == all_refused);
}

TEST_CASE("a batch goes out in requests of at most batch_bytes") {
  sink_options options;
  options.batch_bytes = 400;
  delivering to([](const http_seen&) { return all_done; }, options);
  CHECK(to.deliver().fates == all_delivered);
  CHECK(to.peer.seen().size() > 1);
  for (const http_seen& seen : to.peer.seen()) CHECK(seen.body.size() <= 400);
}

TEST_CASE("another node takes over, and what is there already is delivered then") {
  const http_peer other([](const http_seen&) { return items({409, 201, 409, 409}); });
  sink_options options;
  options.peers.push_back({"127.0.0.1", other.port()});
  delivering to([](const http_seen&) { return std::string(); }, options);
  CHECK(to.deliver().fates == all_delivered);
  CHECK(to.out.error.empty());
}

TEST_CASE("an index template is installed once, when it is missing") {
  sink_options options;
  options.install_template = true;
  options.path = "logs-%Y.%m.%d";
  const auto is = [](const http_seen& seen, std::string_view method) {
    return seen.head.starts_with(std::string(method) + " /_index_template/logio-logs-yyyy.mm.dd");
  };
  delivering missing([&](const http_seen& seen) {
    if (is(seen, "HEAD")) return std::string("HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\n");
    if (is(seen, "PUT")) return answer("200 OK", R"({"acknowledged":true})");
    return all_done;
  }, options);
  CHECK(missing.deliver().fates == all_delivered);
  CHECK(missing.deliver().fates == all_delivered);
  REQUIRE(missing.peer.seen().size() == 4);
  CHECK(missing.peer.seen()[1].body.starts_with(R"({"index_patterns":["logs-*.*.*"])"));

  delivering there([](const http_seen& seen) {
    if (seen.head.starts_with("HEAD")) return std::string("HTTP/1.1 200 OK\r\n\r\n");
    return all_done;
  }, options);
  CHECK(there.deliver().fates == all_delivered);
  CHECK(there.peer.seen().size() == 2);
}

TEST_CASE("a template that may not be installed holds the records back") {
  sink_options options;
  options.install_template = true;
  delivering to([](const http_seen& seen) {
    if (seen.head.starts_with("HEAD")) {
      return std::string("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }
    return failure("403 Forbidden", "security_exception");
  }, options);
  CHECK(to.deliver().fates == all_pending);
  CHECK_THAT(to.out.error, ContainsSubstring("cannot install the index template logio-logs: HTTP "
                                             "status 403: security_exception: so; give the user"));
}

TEST_CASE("a peer that says nothing costs the timeout, an interrupt ends the call") {
  const tcp_listener silent;
  sink_options options;
  options.peers.push_back({"127.0.0.1", silent.port()});
  options.path = "logs";
  options.timeout = 50ms;
  offered_records records;
  records.add({"a", "", ""}, "x", 0);
  outcome out;
  auto quick = make_elasticsearch_client(options).client;
  quick->deliver(records.items(), out);
  CHECK(out.fates == fates{pending});
  CHECK_FALSE(out.busy);
  CHECK_THAT(out.error, ContainsSubstring("timed out"));
  REQUIRE(silent.accept());
  options.timeout = 60s;
  auto patient = make_elasticsearch_client(options).client;
  std::thread other([&] {
    const net::unique_fd fd = silent.accept();
    patient->interrupt();
    read_to_end(fd.get());
  });
  const auto begin = std::chrono::steady_clock::now();
  patient->deliver(records.items(), out);
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
  CHECK(out.fates == fates{pending});
  patient->deliver(records.items(), out);
  CHECK_FALSE(out.error.empty());
  patient->close();
  other.join();
}

TEST_CASE("over TLS the peer's certificate is held to its name") {
  certificates all;
  const identity authority = all.make({.common_name = "authority"});
  const identity own = all.make({.common_name = "node", .names = "IP:127.0.0.1",
                                 .issuer = &authority});
  sink_options options;
  options.path = "logs";
  options.over = transport::tls;
  options.tls.ca_file = authority.certificate_file;
  tls_receiver node({.own = &own});
  options.peers = {{"127.0.0.1", node.port()}};
  options.compress = "none";
  options.secrets = {.user = "u", .password = "p", .token = ""};
  options.timeout = 500ms;  // the node takes all that comes and says nothing
  auto client = make_elasticsearch_client(options).client;
  offered_records records;
  records.add({"a", "", ""}, "x", 0);
  outcome out;
  client->deliver(records.items(), out);
  CHECK(out.fates == fates{pending});
  client->close();
  const std::string got = node.take();
  CHECK_THAT(got, ContainsSubstring("Authorization: Basic dTpw\r\n"));
  CHECK_THAT(got, ContainsSubstring(R"("message":"x"})"));

  tls_receiver stranger({.own = &own});
  options.peers = {{"127.0.0.1", stranger.port()}};
  options.tls.ca_file = all.make({.common_name = "another"}).certificate_file;
  client = make_elasticsearch_client(options).client;
  client->deliver(records.items(), out);
  CHECK(out.fates == fates{pending});
  CHECK_THAT(out.error, ContainsSubstring("certificate"));
  CHECK(stranger.take().empty());
}

TEST_CASE("options that cannot work are told at the start") {
  const auto error = [](auto change) {
    sink_options options;
    options.peers.push_back({"127.0.0.1", 9200});
    options.path = "logs";
    change(options);
    const auto made = make_elasticsearch_client(options);
    CHECK(static_cast<bool>(made.client) == made.error.empty());
    return made.error;
  };
  CHECK(error([](sink_options&) {}).empty());
  CHECK_FALSE(error([](sink_options& o) { o.peers.clear(); }).empty());
  CHECK_FALSE(error([](sink_options& o) { o.path = "Logs"; }).empty());
  CHECK_FALSE(error([](sink_options& o) { o.path = ""; }).empty());
  CHECK(error([](sink_options& o) { o.compress = "lz4"; }) ==
        "compress is 'lz4'; it may be gzip or none");
  CHECK_FALSE(error([](sink_options& o) { o.secrets = {"u", "p", "t"}; }).empty());
  CHECK_FALSE(error([](sink_options& o) { o.data_stream = true, o.path = "l-%Y"; }).empty());
}
