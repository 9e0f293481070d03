#include "logio/wire/event_stream.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace logio::wire;

namespace {

using events = std::vector<std::pair<std::string, std::string>>;
using state = event_stream_reader::state;

void read_on(event_stream_reader& reader, std::string_view bytes, events& out) {
  reader.give(bytes);
  for (;;) {
    switch (reader.next()) {
      case state::need_more: return;
      case state::event: out.emplace_back(reader.type(), reader.data()); break;
      case state::too_long: out.emplace_back("too long", std::to_string(reader.passed_bytes()));
    }
  }
}

/// Each way of cutting it in two must say the same, and byte by byte too.
events read(const std::string& bytes, std::size_t event_bytes_max = 1000) {
  event_stream_reader whole(event_bytes_max), single(event_bytes_max);
  events out, others;
  read_on(whole, bytes, out);
  for (const char c : bytes) read_on(single, {&c, 1}, others);
  CHECK(others == out);
  CHECK(single.comments() == whole.comments());
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    event_stream_reader reader(event_bytes_max);
    events cut_out;
    read_on(reader, std::string_view(bytes).substr(0, cut), cut_out);
    read_on(reader, std::string_view(bytes).substr(cut), cut_out);
    INFO("cut at " << cut);
    REQUIRE(cut_out == out);
  }
  return out;
}

TEST_CASE("whether an event is under way is known") {
  event_stream_reader reader(100);
  const auto within_after = [&](std::string_view bytes) {
    reader.give(bytes);
    while (reader.next() != event_stream_reader::state::need_more) {
    }
    return reader.within_event();
  };
  CHECK_FALSE(within_after(""));
  CHECK_FALSE(within_after("\r\n"));
  CHECK(within_after("event: x\r\n"));
  CHECK(within_after("data: y\r\n"));
  CHECK_FALSE(within_after("\r\n"));
  CHECK(within_after("da"));
  CHECK(within_after("ta:1\n"));
  CHECK_FALSE(within_after("\n:\n"));
}

}  // namespace

TEST_CASE("events are read whatever ends their lines") {
  const events expected = {{"status_update_event", R"({"a":1})"}, {"", "x"}};
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    CHECK(read("event: status_update_event" + end + R"(data: {"a":1})" + end + end + "data:x" +
               end + end) == expected);
  }
  CHECK(read("event: e\r\ndata: 1\n\rdata: 2\r\n\r\n") == events{{"e", "1"}, {"", "2"}});
}

TEST_CASE("data of several lines are one value") {
  CHECK(read("data: a\ndata: b\ndata:\ndata\n\n") == events{{"", "a\nb\n\n"}});
  CHECK(read("data:\n\n") == events{{"", ""}});
  CHECK(read("data:  two spaces \n\n") == events{{"", " two spaces "}});
}

TEST_CASE("comments, unknown fields and events without data are passed over") {
  CHECK(read(":\n\n: ping\n\r\n\r\nid: 7\nretry: 10\nwhat\nwhat: x\n\nevent: e\n\ndata: 1\n\n") ==
        events{{"", "1"}});
  event_stream_reader reader(10);
  events out;
  read_on(reader, ":\n: ping\n\r\ndata: 1\n:x\n\n", out);
  CHECK(reader.comments() == 3);
  CHECK(out == events{{"", "1"}});
}

TEST_CASE("the last name of an event counts, and only for it") {
  CHECK(read("event: a\nevent: b\ndata: 1\n\ndata: 2\n\nevent: c\nevent\ndata: 3\n\n") ==
        events{{"b", "1"}, {"", "2"}, {"", "3"}});
  CHECK(read("event: " + std::string(300, 'x') + "\ndata: 1\n\n") == events{{"", "1"}});
}

TEST_CASE("a byte order mark at the beginning is no part of the first name") {
  CHECK(read("\xef\xbb\xbf" "data: 1\n\n") == events{{"", "1"}});
  CHECK(read("\xef\xbb" "data: 1\n\ndata: 2\n\n") == events{{"", "2"}});
  CHECK(read("\xef\xbb\xbf\xef\xbb\xbf" "data: 1\n\ndata: 2\n\n") == events{{"", "2"}});
}

TEST_CASE("an event that the stream's end cuts is none") {
  CHECK(read("data: 1\n\ndata: 2\n") == events{{"", "1"}});
  CHECK(read("data: 1\n\ndata: 2") == events{{"", "1"}});
  CHECK(read("").empty());
}

TEST_CASE("an event over the limit is passed over, and its neighbours are not") {
  CHECK(read("data: 12345\n\ndata: 123456\n\ndata: 1234\n\n", 5) ==
        events{{"", "12345"}, {"too long", "6"}, {"", "1234"}});
  CHECK(read("data: 12\ndata: 45\n\ndata: 12\ndata: 456\n\ndata: 1\n\n", 5) ==
        events{{"", "12\n45"}, {"too long", "6"}, {"", "1"}});
  CHECK(read("data: 12345\ndata\n\ndata: 1\n\n", 5) == events{{"too long", "6"}, {"", "1"}});
}

TEST_CASE("any bytes are read the same however they are cut") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::vector<std::string> pieces = {"data", "event", ":", " ", "\n", "\r", "\r\n", "x",
                                           "data: ", "event: ", "\n\n", "\xef\xbb\xbf", "id: 1"};
  for (int i = 0; i < 300; ++i) {
    std::string bytes;
    for (auto n = random() % 20; n > 0; --n) bytes += pieces[random() % pieces.size()];
    CAPTURE(bytes);
    read(bytes, random() % 8);
  }
}
