#include "logio/client/subscription.hpp"

#include <catch2/catch_test_macros.hpp>

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "scripted_hub.hpp"

namespace logio::client {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view head =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nLogio-Cursor: c-0\r\n"
    "Connection: close\r\n";
constexpr std::string_view chunked = "Transfer-Encoding: chunked\r\n\r\n";

std::string record_line(int n) {
  return R"({"cursor":"c-)" + std::to_string(n) +
         R"(","time":"1970-01-01T00:00:01.000000002Z","arrived":"1970-01-01T01:00:03+01:00",)"
         R"("app":"shop","proc":"web","host":"h\"1","severity":13,"text":"line )" +
         std::to_string(n) + R"(","fields":{"a":[1,{"b":"}"}]},"later":null})" "\n";
}

std::string chunk(std::string_view text) {
  char size[17];
  std::snprintf(size, sizeof size, "%zx", text.size());
  return std::string(size) + "\r\n" + std::string(text) + "\r\n";
}

/// Reads the request's head; what it asks for.
std::string request_of(scripted_connection& c) {
  const std::string first = c.read_line();
  for (std::string line = c.read_line(); line != "\r" && !line.empty(); line = c.read_line()) {
  }
  const auto from = first.find(' ') + 1;
  return first.substr(from, first.rfind(' ') - from);
}

std::string url_of(const scripted_hub& hub) {
  return "http://127.0.0.1:" + std::to_string(hub.port());
}

subscription_options quick(const scripted_hub& hub) {
  subscription_options out;
  out.hub = url_of(hub);
  out.app = {"shop"};
  out.answer_timeout = test_deadline;
  out.silence_max = test_deadline;
  out.first_retry = milliseconds(1);
  out.longest_retry = milliseconds(10);
  return out;
}

std::string text_of(const std::optional<stream_item>& item) {
  if (!item) return "over";
  if (const auto* r = std::get_if<received_record>(&*item)) return r->text;
  return "loss: " + std::get<loss>(*item).text;
}

/// Serves a connection after the other; the requests that came.
template <class... Each>
std::future<std::vector<std::string>> serve(scripted_hub& hub, Each... each) {
  return std::async(std::launch::async, [&hub, each...] {
    std::vector<std::string> requests;
    const auto one = [&](auto&& script) {
      auto c = hub.accept();
      requests.push_back(request_of(c));
      script(c);
    };
    (one(each), ...);
    return requests;
  });
}

auto sends(std::string bytes) {
  return [bytes = std::move(bytes)](scripted_connection& c) { c.send(bytes); };
}

}  // namespace

TEST_CASE("records and losses come as they are, in order") {
  scripted_hub hub;
  const std::string body =
      record_line(1) + "\n" + R"({"dropped":7,"since":"1970-01-01T00:00:02Z","reason":)"
      R"("slow_subscriber","text":"Error L10"})" "\n"
      R"({"missed":9,"since":"x","reason":"retention","text":"Error L13"})" "\n"
      R"({"continuity_lost":true,"reason":"unknown_epoch","text":"Error L15"})" "\n"
      R"({"something":"of a later hub"})" "\n" + record_line(2);
  auto requests = serve(hub, sends(std::string(head) + std::string(chunked) + chunk(body) +
                                   "0\r\n\r\n"));
  auto options = quick(hub);
  options.log = {"a|b", "+"};
  options.follow = false;
  options.tail = 5;
  subscription s(options);
  const auto first = s.next();
  REQUIRE(first);
  const auto& r = std::get<received_record>(*first);
  CHECK(r.cursor == "c-1");
  CHECK(r.time_ns == 1'000'000'002);
  CHECK(r.arrived_ns == 3'000'000'000);
  CHECK((r.app == "shop" && r.proc == "web" && r.host == "h\"1"));
  CHECK(r.severity == 13);
  CHECK(r.text == "line 1");
  CHECK(r.fields == R"({"a":[1,{"b":"}"}]})");
  CHECK(r.json + '\n' == record_line(1));
  const auto dropped = std::get<loss>(s.next().value());
  CHECK(dropped.kind == loss::what::dropped);
  CHECK(dropped.count == 7);
  CHECK(dropped.since_ns == 2'000'000'000);
  CHECK(dropped.reason == "slow_subscriber");
  const auto missed = std::get<loss>(s.next().value());
  CHECK(missed.kind == loss::what::missed);
  CHECK(missed.count == 9);
  CHECK(!missed.since_ns);
  const auto lost = std::get<loss>(s.next().value());
  CHECK(lost.kind == loss::what::continuity_lost);
  CHECK(!lost.count);
  CHECK(text_of(s.next()) == "line 2");
  CHECK(text_of(s.next()) == "over");
  CHECK(s.error().empty());
  CHECK(requests.get() == std::vector<std::string>{
      "/?format=ndjson&heartbeat=15s&app=shop&log=a%7Cb&log=%2B&follow=false&tail=5"});
}

TEST_CASE("after a cut it goes on behind the last whole record") {
  scripted_hub hub;
  const std::string half = record_line(2).substr(0, 40);
  auto requests = serve(
      hub, sends(std::string(head) + "\r\n" + record_line(1) + half),
      [](scripted_connection& c) { c.reset(); },
      sends("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
      sends(std::string(head) + "\r\n" + record_line(2)));
  auto options = quick(hub);
  options.tail = 3;
  options.since = "10m";
  subscription s(options);
  CHECK(text_of(s.next()) == "line 1");
  CHECK(s.cursor() == "c-1");
  CHECK(text_of(s.next()) == "line 2");
  const auto asked = requests.get();
  CHECK(asked[0].ends_with("&app=shop&since=10m&tail=3"));
  for (std::size_t i = 1; i < asked.size(); ++i) CHECK(asked[i].ends_with("&app=shop&after=c-1"));
}

TEST_CASE("a cut before the first record goes on where the hub said that it begins") {
  scripted_hub hub;
  auto requests = serve(hub, sends("HTTP/1.1 502 Bad Gateway\r\n\r\n"),
                        sends(std::string(head) + "\r\n"),
                        sends(std::string(head) + "\r\n" + record_line(1)));
  auto options = quick(hub);
  options.tail = 3;
  subscription s(options);
  CHECK(text_of(s.next()) == "line 1");
  const auto asked = requests.get();
  CHECK(asked[1] == asked[0]);
  CHECK(asked[2].ends_with("&after=c-0"));
}

TEST_CASE("an answer may come in pieces of any size") {
  const std::string answer = std::string(head) + std::string(chunked) +
                             chunk(record_line(1).substr(0, 30)) +
                             chunk(record_line(1).substr(30) + record_line(2)) + "0\r\n\r\n";
  scripted_hub hub;
  auto served = serve(hub, [&](scripted_connection& c) {
    for (const char each : answer) c.send({&each, 1});
  });
  auto options = quick(hub);
  options.until = "0s";
  subscription s(options);
  CHECK(text_of(s.next()) == "line 1");
  CHECK(text_of(s.next()) == "line 2");
  CHECK(text_of(s.next()) == "over");
  CHECK(s.error().empty());
  served.get();
}

TEST_CASE("a silent hub is left for another connection") {
  scripted_hub hub;
  auto served = std::async(std::launch::async, [&] {
    auto silent = hub.accept();
    request_of(silent);
    silent.send(std::string(head) + "\r\n" + record_line(1));
    auto other = hub.accept();  // while the first one is still there
    const std::string asked = request_of(other);
    other.send(std::string(head) + "\r\n" + record_line(2));
    return asked;
  });
  auto options = quick(hub);
  options.silence_max = milliseconds(50);
  subscription s(options);
  CHECK(text_of(s.next()) == "line 1");
  CHECK(text_of(s.next()) == "line 2");
  CHECK(served.get().ends_with("&after=c-1"));
}

TEST_CASE("a hub that refuses is told in its own words, and is not asked again") {
  scripted_hub hub;
  const std::string json =
      R"-({"error":{"code":"bad_pattern","message":"missing )","parameter":"app","offset":3,)-"
      R"-("hint":"write \\( for a parenthesis"}})-" "\n";
  auto served = serve(hub, sends("HTTP/1.1 400 Bad Request\r\nContent-Length: " +
                                 std::to_string(json.size()) + "\r\n\r\n" + json));
  const std::string name = "127.0.0.1:" + std::to_string(hub.port());
  subscription s(quick(hub));
  CHECK(!s.next());
  CHECK(s.error() == name + ": 400: app: missing ); write \\( for a parenthesis");
  served.get();

  auto plain = serve(hub, sends("HTTP/1.1 404 Not Found\r\n\r\nerror: nothing here\nmore"));
  subscription other(quick(hub));
  CHECK(!other.next());
  CHECK(other.error() == name + ": 404: error: nothing here");
  plain.get();
}

TEST_CASE("what is no hub is an error, and not waited for") {
  const auto error_of = [](std::string answer) {
    scripted_hub hub;
    auto served = serve(hub, sends(std::move(answer)));
    subscription s(quick(hub));
    CHECK(!s.next());
    served.get();
    return s.error();
  };
  CHECK(error_of("HTTP/1.1 200 OK\r\n\r\nhello").find("not as a hub does") != std::string::npos);
  CHECK(error_of(std::string(head) + "\r\n<html>\n").find("no JSON object") != std::string::npos);
}

TEST_CASE("URLs that cannot be used say why") {
  const auto error_of = [](std::string url) {
    subscription_options options;
    options.hub = std::move(url);
    subscription s(options);
    CHECK(!s.next());
    return s.error();
  };
  CHECK(error_of("https://hub").find("no TLS") != std::string::npos);
  CHECK(error_of("hub:7702").find("http://HOST:7702") != std::string::npos);
  CHECK(error_of("http://a,b").find("several hosts") != std::string::npos);
  CHECK(error_of("http://a:x").find("the port 'x'") != std::string::npos);
  CHECK(error_of("http://a/?app=b").find("a query") != std::string::npos);
  CHECK(error_of("http://u:secret%@a").find("secret") == std::string::npos);
  subscription_options both;
  both.after = "c-1";
  both.tail = 1;
  subscription s(both);
  CHECK(!s.next());
  CHECK(s.error().find("after does not go together") == 0);
}

TEST_CASE("path, user and password go with the request") {
  scripted_hub hub;
  auto served = std::async(std::launch::async, [&] {
    auto c = hub.accept();
    std::vector<std::string> lines;
    while (lines.empty() || lines.back() != "\r") lines.push_back(c.read_line());
    c.send(std::string(head) + "\r\n" + record_line(1));
    return lines;
  });
  auto options = quick(hub);
  options.hub = "http://me:p%40ss@127.0.0.1:" + std::to_string(hub.port()) + "/logs/";
  subscription s(options);
  CHECK(text_of(s.next()) == "line 1");
  const auto lines = served.get();
  CHECK(lines[0].starts_with("GET /logs/?format=ndjson"));
  const auto has = [&](const std::string& line) {
    return std::find(lines.begin(), lines.end(), line + "\r") != lines.end();
  };
  CHECK(has("Authorization: Basic bWU6cEBzcw=="));
  CHECK(has("Host: 127.0.0.1:" + std::to_string(hub.port())));
}

TEST_CASE("stop ends what waits: for bytes, for an answer, for another try") {
  scripted_hub hub;
  const auto stopped = [&](auto&& until) {
    auto options = quick(hub);
    options.first_retry = options.longest_retry = std::chrono::hours(1);
    subscription s(options);
    auto item = std::async(std::launch::async, [&] { return text_of(s.next()); });
    until();
    s.stop();
    CHECK(item.get() == "over");
    CHECK(s.error().empty());
    CHECK(!s.next());
  };
  std::optional<scripted_connection> c;
  stopped([&] {
    c.emplace(hub.accept());
    request_of(*c);
    c->send(std::string(head) + "\r\n{");
  });
  c.reset();
  stopped([&] {
    c.emplace(hub.accept());
    request_of(*c);
  });
  c.reset();
  stopped([&] { hub.accept().reset(); });
  stopped([] {});
}

}  // namespace logio::client
