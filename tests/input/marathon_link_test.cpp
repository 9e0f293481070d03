#include "logio/input/marathon_link.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fmt/core.h>

#include <condition_variable>
#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "logio/base/clock.hpp"
#include "logio/base/posix_file.hpp"
#include "net/http_peer.hpp"
#include "support/temporary_folder.hpp"

namespace logio::input {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using net::testing::http_answer_text;
using net::testing::http_peer;
using net::testing::http_seen;

const std::string ours = "http://hub:7702/events";
const std::string escaped = "http%3A%2F%2Fhub%3A7702%2Fevents";
const std::string no_urls = R"({"callbackUrls":[]})";

/// Keeps what came.
class taker final : public marathon_events {
 public:
  std::optional<std::string> take(std::string json, const std::string& host,
                                  std::uint64_t connection) override {
    const std::lock_guard lock(mutex_);
    came_.push_back(std::to_string(connection) + " " + host + " " + json);
    changed_.notify_all();
    return json == "bad" ? std::optional<std::string>("it is bad") : std::nullopt;
  }
  void interrupted(std::int64_t from_ns, std::int64_t to_ns, const std::string& why,
                   const std::string& host) override {
    CHECK(from_ns <= to_ns);
    const std::lock_guard lock(mutex_);
    came_.push_back("gap " + host + " " + why);
    from_ns_ = from_ns;
    changed_.notify_all();
  }
  std::int64_t newest_ns() const override { return 0; }

  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    CHECK(changed_.wait_for(lock, 20s, [&] { return came_.size() >= count; }));
    return came_;
  }
  std::int64_t from_ns() {
    const std::lock_guard lock(mutex_);
    return from_ns_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> came_;
  std::int64_t from_ns_ = 0;
};

/// A link to one peer, and what it asked.
struct linked {
  explicit linked(http_peer::answering answer, std::string callback_url = ours,
                  std::string folder = {}, std::string path = {})
      : peer(std::move(answer)) {
    marathon_options options;
    options.nodes = {{"127.0.0.1", peer.port(), false, std::move(path), "u", "p"}};
    options.shown_url = "http://m";
    options.callback_url = std::move(callback_url);
    options.check = 20ms;
    options.timeout = 5s;
    options.read_timeout = 20s;
    link = std::make_unique<marathon_link>(options, events, std::move(folder));
    link->start();
  }
  ~linked() { stop(); }

  void stop() {
    if (stopped.exchange(true)) return;
    std::promise<void> ended;
    link->stop(std::chrono::steady_clock::now() + 5s, [&] { ended.set_value(); });
    REQUIRE(ended.get_future().wait_for(10s) == std::future_status::ready);
  }
  /// Until the peer has been asked for so much; the request lines.
  std::vector<std::string> lines(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    std::vector<std::string> out;
    while (out.size() < count && std::chrono::steady_clock::now() < end) {
      out.clear();
      for (const http_seen& one : peer.seen()) out.push_back(one.line());
      std::this_thread::yield();
    }
    REQUIRE(out.size() >= count);
    return out;
  }
  marathon_status wait_for(marathon_state state) const {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (link->status().state != state && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    CHECK(link->status().state == state);
    return link->status();
  }

  taker events;
  http_peer peer;
  std::unique_ptr<marathon_link> link;
  std::atomic<bool> stopped{false};
};

bool is_list(const http_seen& seen) { return seen.line().starts_with("GET /v2/eventSub"); }

/// The head of an event stream, and its first chunk; it has no end.
std::string stream_text(const std::string& bytes) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
         "chunked\r\n\r\n" +
         fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

TEST_CASE("it registers where it is absent, looks again, and leaves") {
  std::string urls = no_urls;
  linked l([&](const http_seen& seen) {
    if (seen.line().starts_with("POST")) {
      urls = R"({"callbackUrls":["http://o","http://hub:7702/events"]})";
    }
    return http_answer_text("200 OK", is_list(seen) ? urls : "{}");
  });
  const marathon_status s = l.wait_for(marathon_state::registered);
  CHECK(s.registrations == 1);
  CHECK(s.errors == 0);
  CHECK(s.address == "127.0.0.1:" + std::to_string(l.peer.port()));
  (void)l.lines(4);
  l.stop();
  const auto lines = l.lines(5);
  CHECK(lines[0] == "GET /v2/eventSubscriptions HTTP/1.1");
  CHECK(lines[1] == "POST /v2/eventSubscriptions?callbackUrl=" + escaped + " HTTP/1.1");
  CHECK(lines[2] == lines[0]);
  CHECK(lines.back() == "DELETE /v2/eventSubscriptions?callbackUrl=" + escaped + " HTTP/1.1");
  const http_seen post = l.peer.seen()[1];
  CHECK_THAT(post.head, ContainsSubstring("Content-Length: 0\r\n"));
  CHECK_THAT(post.head, ContainsSubstring("Authorization: Basic dTpw\r\n"));
  CHECK(l.link->status().state == marathon_state::stopped);
}

TEST_CASE("what an earlier run left is taken over, and other forms of it are removed") {
  std::string urls =
      R"({"callbackUrls":["http://hub:7702/events","http://HUB:7702/events/","http://x/events"]})";
  linked l([&](const http_seen& seen) {
    if (seen.line().starts_with("DELETE")) urls = R"({"callbackUrls":["http://hub:7702/events"]})";
    return http_answer_text("200 OK", is_list(seen) ? urls : "{}");
  });
  CHECK(l.wait_for(marathon_state::registered).registrations == 0);
  const auto lines = l.lines(3);
  CHECK(lines[1] ==
        "DELETE /v2/eventSubscriptions?callbackUrl=http%3A%2F%2FHUB%3A7702%2Fevents%2F HTTP/1.1");
  CHECK(lines[2] == lines[0]);
}

TEST_CASE("a lost registration is made again, and the time without it told") {
  int lists = 0;
  linked l([&](const http_seen& seen) {
    const bool lost = is_list(seen) && ++lists == 3;
    return http_answer_text(
        "200 OK", !is_list(seen) ? "{}" : lost ? no_urls : R"({"callbackUrls":[")" + ours + "\"]}");
  });
  CHECK_THAT(l.events.wait_for(1)[0], StartsWith("gap 127.0.0.1 Marathon had lost the reg"));
  CHECK(l.link->status().registrations == 1);
  CHECK(l.link->status().interruptions == 1);
}

TEST_CASE("without callbacks there is the event stream, and the choice says why") {
  linked l([](const http_seen& seen) {
    if (is_list(seen)) return http_answer_text("404 Not Found", R"({"message":"nothing"})");
    return stream_text("\r\n\r\nevent: x\r\ndata: {\"a\":1}\r\n\r\ndata: {\"b\":\ndata: 2}\n\n");
  });
  CHECK(l.events.wait_for(2) ==
        std::vector<std::string>{"1 127.0.0.1 {\"a\":1}", "1 127.0.0.1 {\"b\":\n2}"});
  CHECK_THAT(l.link->status().why_stream,
             ContainsSubstring("GET /v2/eventSubscriptions is answered with 404: nothing"));
  const auto lines = l.lines(2);
  CHECK(lines[1] == "GET /v2/events HTTP/1.1");
  CHECK_THAT(l.peer.seen()[1].head, ContainsSubstring("Accept: text/event-stream\r\n"));
  l.stop();
  CHECK(l.lines(2).size() == 2);  // there is no registration to be removed
}

TEST_CASE("a stream that ends is begun anew, by another connection, and the gap is told") {
  int streams = 0;
  linked l(
      [&](const http_seen&) {
        return ++streams == 1 ? stream_text("data: 1\n\ndata: cut off") + "0\r\n\r\n"
                              : stream_text("data: 2\n\ndata: bad\n\n:\n");
      },
      "");
  const auto came = l.events.wait_for(4);
  CHECK(came[0] == "1 127.0.0.1 1");
  CHECK(came[1] == "gap 127.0.0.1 127.0.0.1:" + std::to_string(l.peer.port()) +
                       ": Marathon ended the event stream");
  CHECK(came[2] == "2 127.0.0.1 2");
  l.stop();
  const marathon_status s = l.link->status();
  CHECK(s.why_stream == "no --callback-url is given");
  CHECK(s.refused_events == 1);
  CHECK(s.interruptions == 1);
}

TEST_CASE("the time in which the hub did not run is told, too") {
  const temporary_folder folder;
  REQUIRE_FALSE(base::replace_text_file(folder.path(), "marathon", "1700000000000000000\n"));
  const std::int64_t before = base::unix_now_ns();
  {
    linked l([](const http_seen&) { return stream_text(":\n"); }, "", folder.path());
    CHECK(l.events.wait_for(1)[0] == "gap 127.0.0.1 the hub was not running");
    CHECK(l.events.from_ns() == 1'700'000'000'000'000'000);
  }
  const auto saved = base::read_text_file(folder.file("marathon"), 100);
  REQUIRE(saved);
  CHECK(std::stoll(*saved) >= before);
}

TEST_CASE("what Marathon refuses is told with a remedy, and tried again") {
  linked refused([](const http_seen&) { return http_answer_text("401 Unauthorized", ""); });
  CHECK_THAT(refused.wait_for(marathon_state::back_off).last_error,
             ContainsSubstring("answered with 401; give --marathon-url a user:password@"));
  (void)refused.lines(2);

  linked nobody([](const http_seen&) { return http_answer_text("404 Not Found", ""); });
  CHECK_THAT(nobody.wait_for(marathon_state::back_off).last_error,
             ContainsSubstring("and it has no callbacks either; is the URL right?"));

  linked page([](const http_seen&) { return http_answer_text("200 OK", "<html>"); });
  CHECK_THAT(page.wait_for(marathon_state::back_off).last_error,
             ContainsSubstring("no list of subscriptions"));
}

TEST_CASE("redirects are followed to the leader, and not for ever") {
  http_peer leader([](const http_seen& seen) {
    return http_answer_text("200 OK",
                            is_list(seen) ? R"({"callbackUrls":[")" + ours + "\"]}" : "{}");
  });
  const std::string place = "http://127.0.0.1:" + std::to_string(leader.port());
  linked l([&](const http_seen& seen) {
    const std::string target = seen.line().substr(seen.line().find(' ') + 1);
    return http_answer_text("302 Found", "",
                            "Location: " + place + target.substr(6, target.find(' ') - 6) + "\r\n");
  }, ours, {}, "/proxy");
  CHECK(l.wait_for(marathon_state::registered).address == place.substr(7));
  CHECK(l.lines(1)[0] == "GET /proxy/v2/eventSubscriptions HTTP/1.1");
  CHECK(leader.seen()[0].line() == "GET /v2/eventSubscriptions HTTP/1.1");
  l.stop();

  linked circle([](const http_seen&) {
    return http_answer_text("307 Temporary Redirect", "", "Location: /v2/x\r\n");
  });
  CHECK_THAT(circle.wait_for(marathon_state::back_off).last_error,
             ContainsSubstring("more than 5 redirects"));

  linked nowhere([](const http_seen&) { return http_answer_text("302 Found", ""); });
  CHECK_THAT(nowhere.wait_for(marathon_state::back_off).last_error,
             ContainsSubstring("no place to go to"));
}

TEST_CASE("a Marathon that is away holds up no end") {
  marathon_options options;
  options.nodes = {{"127.0.0.1", 1, false, "", "", ""}};
  options.callback_url = ours;
  taker events;
  marathon_link link(options, events, "");
  link.start();
  while (link.status().errors == 0) std::this_thread::yield();
  CHECK_THAT(link.status().last_error, ContainsSubstring("127.0.0.1:1: connection refused"));
  std::promise<void> ended;
  link.stop(std::chrono::steady_clock::now() + 2s, [&] { ended.set_value(); });
  CHECK(ended.get_future().wait_for(10s) == std::future_status::ready);
}

}  // namespace
}  // namespace logio::input
