#include "wire/loss_words.hpp"

#include <catch2/catch_test_macros.hpp>

#include "logio/wire/json_notices.hpp"
#include "logio/wire/text_encoder.hpp"

using namespace logio::wire;

TEST_CASE("the words of a loss are the same in every format") {
  constexpr std::int64_t time_ns = 1'481'062'461'448'900'000;
  const auto has = [](void (*append)(std::string&), const std::string& words) {
    std::string out;
    append(out);
    return out.find(words) != std::string::npos;
  };
  CHECK(dropped_words(3, time_ns) ==
        "Error L10 (output buffer overflow): 3 messages dropped since 2016-12-06T22:14:21.448.");
  CHECK(has([](std::string& to) { append_dropped_notice(to, 0, "h", 3, time_ns); },
            dropped_words(3, time_ns)));
  CHECK(has([](std::string& to) { append_ndjson_dropped(to, 3, time_ns); },
            dropped_words(3, time_ns)));
  CHECK(has([](std::string& to) { append_missed_notice(to, 0, "h", 3, time_ns); },
            missed_words(3, time_ns)));
  CHECK(has([](std::string& to) { append_sse_missed(to, 3, time_ns, "damaged"); },
            missed_words(3, time_ns)));
  CHECK(has([](std::string& to) { append_continuity_notice(to, 0, "h"); }, continuity_words()));
  CHECK(has(append_sse_continuity_lost, continuity_words()));
}

TEST_CASE("an interruption says from when to when, and why if that is known") {
  constexpr std::int64_t from_ns = 1'481'062'461'448'900'000, to_ns = from_ns + 90'000'000'000;
  const std::string words =
      "Error L16 (events interrupted): no event of Marathon could be received from "
      "2016-12-06T22:14:21.448 to 2016-12-06T22:15:51.448";
  CHECK(interruption_words(from_ns, to_ns, "m1: timed out") == words + ": m1: timed out.");
  CHECK(interruption_words(from_ns, to_ns, "") == words + ".");
}
