#include "wire/line_records.hpp"

#include <catch2/catch_test_macros.hpp>

#include "decoding.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;
using status = publish_decoder::status;

namespace {

const std::string lines_topic = R"({"app":"a","format":"lines"})";
const std::string stamped_topic = R"({"app":"a","format":"lines","stamped":true})";

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("lines end in a newline with or without carriage return; the last one may lack it") {
  CHECK(decode(lines_topic + "\none\ntwo\r\n\n\r\nfour\rfive\nsix").texts() ==
        texts{"one", "two", "", "", "four\rfive", "six"});
  CHECK(decode(lines_topic + "one\n").texts() == texts{"one"});
  CHECK(decode(lines_topic + "\r\none\n").texts() == texts{"one"});
  CHECK(decode(lines_topic + "\rone\n").texts() == texts{"\rone"});
  CHECK(decode(lines_topic + "\n\none\n").texts() == texts{"", "one"});
  CHECK(decode(lines_topic + "\n").texts().empty());
  CHECK(decode(lines_topic + "\r").texts().empty());
  CHECK(decode(lines_topic).last == status::finished);
  CHECK(decode(lines_topic + "\nlast\r").texts() == texts{"last\r"});
}

TEST_CASE("a line is any bytes and has its arrival as time") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    if (byte != '\n') all += static_cast<char>(byte);
  }
  const decoded d = decode(lines_topic + "\n" + all + "\n");
  CHECK(d.records == std::vector<seen_record>{{arrival_ns, all, "", 0, record::arrival_time}});
  CHECK(d.count.general_records == 0);
}

TEST_CASE("stamped lines have their own time, a bad stamp refuses its line") {
  const decoded d =
      decode(stamped_topic +
             "\n1481062461448123456 one\n0 two\r\n5 \n6  x\nbad\n-1 a\n1481062461"
             "4481234567 a\n9223372036854775808 a\n9223372036854775807 max\n12\n 1 a\n"
             "7 last");
  CHECK(d.texts() == texts{"one", "two", "", " x", "max", "last"});
  CHECK(d.records[0].time_ns == 1'481'062'461'448'123'456);
  CHECK(d.records[0].flags == 0);
  CHECK(d.records[4].time_ns == INT64_MAX);
  std::vector<std::uint64_t> refused;
  for (const auto& r : d.refusals) {
    CHECK(r.error == publish_error::bad_time);
    CHECK_FALSE(r.closes);
    refused.push_back(r.record);
  }
  CHECK(refused == std::vector<std::uint64_t>{5, 6, 7, 8, 10, 11});
  CHECK(d.next_record == 13);
}

TEST_CASE("lines split at any byte decode alike, on both paths") {
  const std::string body = "\r\n1 short\n22 " + std::string(70, 'x') + "\r\n333 \n4 " +
                           std::string(40, 'y') + "\r\r\n5 end";
  for (const std::string& input : {lines_topic + body, stamped_topic + body}) {
    const decoded whole = decode(input);
    REQUIRE(whole.records.size() == 5);
    for (std::size_t cut = 0; cut <= input.size(); ++cut) {
      for (const bool fast : {true, false}) {
        session s({.fast_paths = fast});
        s.feed(std::string_view(input).substr(0, cut));
        s.feed(std::string_view(input).substr(cut));
        CAPTURE(cut, fast);
        REQUIRE(s.finish().records == whole.records);
      }
    }
    CHECK(decode(input, {}, 1).records == whole.records);
  }
}

TEST_CASE("a long line is cut with the exact count, however it arrives") {
  for (const std::size_t bytes : {256u, 257u, 258u, 276u, 277u, 278u, 279u, 280u, 100'000u}) {
    for (const std::size_t read : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
      for (const std::string end : {"\n", "\r\n", ""}) {
        const std::string text = std::string(bytes - 1, 'x') + "\r";
        for (const bool stamped : {false, true}) {
          const std::string input =
              (stamped ? stamped_topic + "\n1481062461448123456 " : lines_topic + "\n") + text +
              end;
          const decoded d = decode(input, {.line_bytes_max = 256}, read);
          CAPTURE(bytes, read, end, stamped);
          REQUIRE(d.records.size() == 1);
          // Of "\r\n" one '\r' goes; "\n" alone takes the text's own one with it.
          const std::string whole = end == "\n" ? text.substr(0, bytes - 1) : text;
          if (whole.size() <= 256) {
            CHECK(d.records[0].text == whole);
          } else {
            CHECK(d.records[0].text == whole.substr(0, 222) + " [cut: " +
                                           std::to_string(whole.size() - 222) + " bytes]");
            CHECK((d.records[0].flags & record::cut_text) != 0);
          }
        }
      }
    }
  }
}

TEST_CASE("a line without end is taken in bounded memory") {
  session s;
  s.feed(lines_topic + "\n");
  const std::string piece(1 << 16, 'x');
  for (int i = 0; i < 1024; ++i) s.feed(piece);
  const decoded d = s.finish();
  REQUIRE(d.records.size() == 1);
  const std::uint64_t cut = (64ull << 20) - ((1 << 20) - 34);
  CHECK(d.records[0].text.substr((1 << 20) - 34) == " [cut: " + std::to_string(cut) + " bytes]");
  CHECK(d.carried_bytes_max < 3u << 20);
}

TEST_CASE("lines that the hub has already are numbered and not added") {
  session s({}, 65536, 2);
  s.feed(lines_topic + "\n1\n2\n3\n");
  const decoded d = s.finish();
  CHECK(d.texts() == texts{"3"});
  CHECK(d.count.skipped == 2);
}

TEST_CASE("a batch of lines keeps its maximum") {
  std::string input = lines_topic + "\n";
  for (int i = 0; i < 100; ++i) input += std::string(static_cast<std::size_t>(i * 7), 'x') + "\n";
  for (const bool fast : {true, false}) {
    const decoded d = decode(input, {.fast_paths = fast}, SIZE_MAX, 4096);
    CHECK(d.records.size() == 100);
    CHECK(d.batch_bytes_max <= 4096);
    CHECK(d.batch_bytes_max > 3000);
  }
}
