#include "logio/wire/bulk_encoder.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "encoding.hpp"
#include "logio/base/utf8.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

constexpr std::uint64_t epoch = 0x0123456789abcdef;
constexpr std::int64_t time_ns = 1'481'062'461'448'123'456;

std::string encoded(const record::view& r, const record::topic& topic, std::uint64_t position,
                    std::string_view index = "logs") {
  bulk_encoder encoder(epoch);
  const std::string action = bulk_action(index), members = bulk_topic_members(topic);
  const std::size_t bound = encoder.bound(r, action, members);
  std::string out(bound + 8, '#');
  char* const end = encoder.encode(out.data(), r, action, members, position);
  const auto bytes = static_cast<std::size_t>(end - out.data());
  REQUIRE(bytes <= bound);
  REQUIRE(out.substr(bound) == "########");
  return out.substr(0, bytes);
}

std::string source(const record::view& r) {
  const std::string both = encoded(r, {"a", "", ""}, 1);
  const std::string before = R"("sequence":1},)";
  return both.substr(both.find(before) + before.size());
}

}  // namespace

TEST_CASE("a record is an action and a source in the names of ECS") {
  CHECK(encoded(stored_record(time_ns, 9, "hello \"you\"", packed(R"({"user":{"id":7}})")),
                {"shop", "web", "h1"}, 42, "logs-2016.12.06") ==
        R"({"create":{"_index":"logs-2016.12.06","_id":"0123456789abcdef-42"}})"
        "\n"
        R"({"@timestamp":"2016-12-06T22:14:21.448123456Z","service":{"name":"shop"},)"
        R"("process":{"name":"web"},"host":{"name":"h1"},"log":{"level":"info"},)"
        R"("event":{"sequence":42},"message":"hello \"you\"","fields":{"user":{"id":7}}})"
        "\n");
}

TEST_CASE("what is empty or unknown is left out, the message never") {
  CHECK(encoded(stored_record(0, 0, ""), {"a", "", ""}, UINT64_MAX, "i\"x") ==
        R"({"create":{"_index":"i\"x","_id":"0123456789abcdef-18446744073709551615"}})"
        "\n"
        R"({"@timestamp":"1970-01-01T00:00:00.000000000Z","service":{"name":"a"},)"
        R"("event":{"sequence":18446744073709551615},"message":""})"
        "\n");
}

TEST_CASE("two lines are two lines, and UTF-8, whatever the text is") {
  CHECK(source(stored_record(0, 0, "a\nb\r\x01\xff\xc3\xa4")) ==
        "\"message\":\"a\\nb\\r\\u0001\xef\xbf\xbd\xc3\xa4\"}\n");
  CHECK(source(stored_record(0, 0, "x", "\x81\xa1k")) == "\"message\":\"x\"}\n");  // cut short
  CHECK(source(stored_record(0, 0, "x", "\x80")) == "\"message\":\"x\"}\n");
}

TEST_CASE("the bound holds for texts of every kind and length") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (std::size_t bytes = 0; bytes < 3000; bytes += 1 + bytes / 16) {
    for (const unsigned letters : {1u, 32u, 128u, 256u}) {
      std::string text(bytes, ' ');
      for (char& c : text) c = static_cast<char>(random() % letters);
      const int severity = static_cast<int>(random() % 26);
      const std::string out = encoded(stored_record(time_ns, severity, text), {"a", "p", "h"}, 7);
      CHECK(std::count(out.begin(), out.end(), '\n') == 2);
      const char* const end = out.data() + out.size();
      bool valid = true;
      for (const char* at = out.data(); at != end;) {
        const base::utf8_step step = base::utf8_next(at, end);
        valid = valid && step.valid;
        at += step.bytes;
      }
      CHECK(valid);
    }
  }
}
