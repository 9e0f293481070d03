#include "logio/wire/text_encoder.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>

#include "logio/record/batch_builder.hpp"
#include "logio/record/topic.hpp"

using namespace logio;
using namespace logio::wire;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'900'000;

struct lines {
  std::string text, raw;
};

lines encoded(const record::topic& topic, const std::string& text) {
  record::batch_builder batch(4096);
  record::head head{.time_ns = time_ns};
  if (text.find('\n') != std::string::npos) head.flags = record::inner_newline;
  batch.append(head, text, "fields are not shown");
  const record::view r = *batch.view().begin();
  const std::string prefix = record::text_label(topic);
  record::text_time_writer time;
  lines out{std::string(text_bound(prefix.size(), r), '?'), std::string(raw_bound(r), '?')};
  char* const text_end = encode_text(out.text.data(), r, prefix, time);
  REQUIRE(text_end <= out.text.data() + out.text.size());
  out.text.resize(static_cast<std::size_t>(text_end - out.text.data()));
  char* const raw_end = encode_raw(out.raw.data(), r);
  REQUIRE(raw_end == out.raw.data() + out.raw.size());
  return out;
}

}  // namespace

TEST_CASE("a text line is time, topic and text as the original prints them") {
  CHECK(encoded({"app", "proc", "host"}, "text").text ==
        "2016-12-06T22:14:21.448 app[proc] host: text\n");
  CHECK(encoded({"a", "", ""}, "x").text == "2016-12-06T22:14:21.448 a[] : x\n");
  CHECK(encoded({"a", "", ""}, "").text == "2016-12-06T22:14:21.448 a[] : \n");
}

TEST_CASE("an inner newline is followed by a TAB in text, raw is the bytes") {
  CHECK(encoded({"a", "p", "h"}, "one\ntwo\n\nthree").text ==
        "2016-12-06T22:14:21.448 a[p] h: one\n\ttwo\n\t\n\tthree\n");
  CHECK(encoded({"a", "p", "h"}, "one\ntwo").raw == "one\ntwo\n");
  CHECK(encoded({"a", "p", "h"}, "\n").text == "2016-12-06T22:14:21.448 a[p] h: \n\t\n");
  const std::string newlines(1000, '\n');
  CHECK(encoded({"a", "p", "h"}, newlines).text.size() == 32 + 2000 + 1);
}

TEST_CASE("text passes unchanged, whatever its bytes") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 500; ++i) {
    std::string text(random() % 300, ' ');
    for (char& c : text) c = static_cast<char>(random() % (i % 2 == 0 ? 256 : 16));
    std::string shown = encoded({"a", "p", "h"}, text).text;
    REQUIRE(encoded({"a", "p", "h"}, text).raw == text + "\n");
    shown = shown.substr(32, shown.size() - 33);
    for (std::size_t at = 0; (at = shown.find("\n\t", at)) != std::string::npos; ++at) {
      shown.erase(at + 1, 1);
    }
    REQUIRE(shown == text);
  }
}

TEST_CASE("loss notices are lines of the topic logio") {
  std::string out;
  append_dropped_notice(out, time_ns, "hub-1", 42, time_ns - 1'000'000'000);
  CHECK(out ==
        "2016-12-06T22:14:21.448 logio[hub] hub-1: Error L10 (output buffer overflow): 42 messages "
        "dropped since 2016-12-06T22:14:20.448.\n");
  out.clear();
  append_missed_notice(out, time_ns, "", 7, time_ns);
  CHECK(out ==
        "2016-12-06T22:14:21.448 logio[hub] : Error L13 (history lost): up to 7 messages missed "
        "since 2016-12-06T22:14:21.448.\n");
  out.clear();
  append_continuity_notice(out, time_ns, "hub-1");
  CHECK(out ==
        "2016-12-06T22:14:21.448 logio[hub] hub-1: Error L15 (continuity lost): the cursor is of a "
        "run of the hub that is not known here; the stream begins with the oldest message that is "
        "held.\n");
}
