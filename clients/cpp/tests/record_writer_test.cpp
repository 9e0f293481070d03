#include "record_writer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::client {
namespace {

constexpr std::int64_t at_ns = 1'481'062'461'448'123'456;

std::string written(const record& line) {
  std::string out;
  record_writer().append(out, line);
  return out;
}

}  // namespace

TEST_CASE("a record is one line of JSON with the time in nanoseconds") {
  CHECK(written({.text = "hello", .time_ns = at_ns}) ==
        "{\"time\":\"2016-12-06T22:14:21.448123456Z\",\"raw\":\"hello\"}\n");
  CHECK(written({.text = "", .time_ns = -1}) ==
        "{\"time\":\"1969-12-31T23:59:59.999999999Z\",\"raw\":\"\"}\n");
}

TEST_CASE("a record is at most 80 bytes longer than its text") {
  const record line{.text = "x", .time_ns = at_ns, .fields = R"({"stream":"stderr"})"};
  CHECK(written(line).size() <= 1 + 80);
}

TEST_CASE("what JSON needs escaped is, other bytes stay") {
  CHECK(written({.text = "\"\\\t\x01\r\xff\xc3\xa4", .time_ns = at_ns}).find(
            "\"raw\":\"\\\"\\\\\\t\\u0001\\u000d\xff\xc3\xa4\"}") != std::string::npos);
}

TEST_CASE("a cut text says so, and has the field") {
  const std::string text(text_bytes_max + 5, 'x');
  const std::string alone = written({.text = text, .time_ns = at_ns});
  CHECK(alone.find("xx [cut: 39 bytes]\",\"fields\":{\"cut_bytes\":39}}\n") != std::string::npos);
  const std::string with = written({.text = "ab", .time_ns = at_ns,
                                    .fields = R"({"a":1})", .left_out_bytes = 7});
  CHECK(with.find("\"raw\":\"ab [cut: 7 bytes]\",\"fields\":{\"cut_bytes\":7,\"a\":1}}\n") !=
        std::string::npos);
  const std::string none = written({.text = "ab", .time_ns = at_ns, .fields = "{}",
                                    .left_out_bytes = 7});
  CHECK(none.find("\"fields\":{\"cut_bytes\":7}}\n") != std::string::npos);
}

TEST_CASE("no character is cut in two") {
  std::string text(text_bytes_max - 35, 'x');
  for (int i = 0; i < 40; ++i) text += "\xc3\xa4";
  CHECK(written({.text = text, .time_ns = at_ns}).find("\xc3 [cut") == std::string::npos);
}

}  // namespace logio::client
