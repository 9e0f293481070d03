#include "wire/record_object.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "decoding.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

// Through both paths: they must agree on every text.
seen_record text_record(const std::string& json_string) {
  const std::string stock = R"({"time":"2016-12-06T22:14:21Z","raw":")" + json_string + "\"}";
  const decoded fast = decode_record(stock);
  const decoded general = decode_record(stock, {.fast_paths = false});
  CAPTURE(json_string);
  REQUIRE(fast.records.size() == 1);
  REQUIRE(fast.records == general.records);
  REQUIRE(fast.count.replaced_surrogates == general.count.replaced_surrogates);
  return fast.records[0];
}

std::string text_of(const std::string& json_string) { return text_record(json_string).text; }

}  // namespace

TEST_CASE("every escape becomes its character") {
  CHECK(text_of(R"(\"\\\/\b\f\r\t)") == "\"\\/\b\f\r\t");
  CHECK(text_of(R"(\u003ca\u0026b\u003E)") == "<a&b>");
  CHECK(text_of(R"(a\u0000b)") == std::string("a\0b", 3));
  CHECK(text_of(R"(\u00e9\u20AC\u2028\uffff)") == "\xc3\xa9\xe2\x82\xac\xe2\x80\xa8\xef\xbf\xbf");
  CHECK(text_of(R"(\ud83d\uDE00\uD800\uDC00\uDBFF\uDFFF)") ==
        "\xf0\x9f\x98\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
  for (unsigned code = 0; code < 0x80; ++code) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", code);
    const std::string expected(1, static_cast<char>(code));
    CHECK(text_of("a" + std::string(escape) + "b") == "a" + expected + "b");
  }
}

TEST_CASE("lone surrogates become U+FFFD and are counted") {
  const auto [json, text, lone] = GENERATE(table<std::string, std::string, int>({
      {R"(\ud800)", "\xef\xbf\xbd", 1},
      {R"(\udc00)", "\xef\xbf\xbd", 1},
      {R"(a\ud800b)", "a\xef\xbf\xbd" "b", 1},
      {R"(\ud800\n.)", "\xef\xbf\xbd\n.", 1},
      {R"(\ud800\ud83d\ude00)", "\xef\xbf\xbd\xf0\x9f\x98\x80", 1},
      {R"(\ud800\u0041)", "\xef\xbf\xbd" "A", 1},
      {R"(\udc00\ud800)", "\xef\xbf\xbd\xef\xbf\xbd", 2},
      {R"(\ud83d\ude00\ude00)", "\xf0\x9f\x98\x80\xef\xbf\xbd", 1},
      {R"(\ufffd)", "\xef\xbf\xbd", 0},
  }));
  CHECK(text_of(json) == text);
  const decoded d = decode_record("{\"raw\":\"" + json + "\"}");
  CHECK(d.count.replaced_surrogates == static_cast<std::uint64_t>(lone));
}

TEST_CASE("bytes that are not UTF-8 pass through unchanged") {
  std::string all;
  for (int byte = 0x80; byte < 0x100; ++byte) all += static_cast<char>(byte);
  CHECK(text_of(all) == all);
  CHECK(text_of("\xc3(\xe2\x28\xa1\xf0\x90") == "\xc3(\xe2\x28\xa1\xf0\x90");
  const decoded d = decode_record("{\"raw\":\"" + all + "\",\"fields\":{\"k\":\"\xff\"}}");
  REQUIRE(d.records.size() == 1);
  CHECK(d.records[0].text == all);
  CHECK(d.records[0].fields == "\x81\xa1k\xa1\xff");
}

TEST_CASE("exactly one final line end is removed, inner ones stay and are flagged") {
  const auto [json, text, inner] = GENERATE(table<std::string, std::string, bool>({
      {R"()", "", false},
      {R"(a)", "a", false},
      {R"(a\n)", "a", false},
      {R"(a\r\n)", "a", false},
      {R"(a\n\n)", "a\n", true},
      {R"(a\r\n\r\n)", "a\r\n", true},
      {R"(a\r)", "a\r", false},
      {R"(a\n\r)", "a\n\r", true},
      {R"(\n)", "", false},
      {R"(\r\n)", "", false},
      {R"(\n\n)", "\n", true},
      {R"(a\nb\n)", "a\nb", true},
      {R"(a\u000a)", "a", false},
      {R"(a\u000d\u000A)", "a", false},
      {R"(a\u000a\u000a)", "a\n", true},
      {R"(a\u000ab)", "a\nb", true},
      {R"(\u000d\n)", "", false},
  }));
  const seen_record r = text_record(json);
  CHECK(r.text == text);
  CHECK(((r.flags & record::inner_newline) != 0) == inner);
}

TEST_CASE("a text over the limit is cut: the note and the field give the exact count") {
  const publish_decoder::options limits{.line_bytes_max = 256};
  for (const std::size_t bytes : {255u, 256u, 257u, 258u, 259u, 300u, 100'000u}) {
    for (const std::string end : {"", "\\n", "\\r\\n"}) {
      for (const bool fast : {true, false}) {
        auto with_path = limits;
        with_path.fast_paths = fast;
        const std::string text(bytes, 'x');
        const std::string stock =
            R"({"time":"2016-12-06T22:14:21Z","raw":")" + text + end + "\"}";
        const decoded d = decode_record(stock, with_path);
        CAPTURE(bytes, end, fast);
        REQUIRE(d.records.size() == 1);
        if (bytes <= 256) {
          CHECK(d.records[0].text == text);
          CHECK(d.records[0].flags == 0);
          continue;
        }
        const std::size_t cut = bytes - 222;
        CHECK(d.records[0].text ==
              std::string(222, 'x') + " [cut: " + std::to_string(cut) + " bytes]");
        CHECK(d.records[0].text.size() <= 256);
        CHECK(d.records[0].flags == record::cut_text);
        CHECK(d.records[0].fields.substr(0, 11) == "\x81\xa9" "cut_bytes");
        CHECK(d.count.cut_lines == 1);
      }
    }
  }
}

TEST_CASE("a cut never splits a character, whichever byte the limit falls on") {
  for (std::size_t lead = 218; lead <= 223; ++lead) {
    for (const std::string character : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
      const std::string text = std::string(lead, 'x') + character + std::string(200, 'y');
      const decoded d = decode_record("{\"raw\":\"" + text + "\"}", {.line_bytes_max = 256});
      const std::size_t kept =
          lead >= 222 || lead + character.size() > 222 ? std::min<std::size_t>(lead, 222) : 222;
      CAPTURE(lead, character);
      CHECK(d.texts().at(0) == text.substr(0, kept) + " [cut: " +
                                   std::to_string(text.size() - kept) + " bytes]");
    }
  }
}

TEST_CASE("a cut text keeps its fields beside cut_bytes") {
  const decoded d = decode_record(
      R"({"fields":{"a":1},"raw":")" + std::string(300, 'x') + "\"}", {.line_bytes_max = 256});
  CHECK(d.records.at(0).fields == "\x82\xa1" "a\x01\xa9" "cut_bytes\x4e");
}

TEST_CASE("a line of 64 MiB is taken in bounded memory with the exact count") {
  session s;
  s.feed(topic + R"({"raw":")");
  const std::string piece = std::string(65'530, 'x') + "\\u0041";
  for (int i = 0; i < 1024; ++i) s.feed(piece);
  s.feed("\\n\"}" + std::string(R"({"raw":"next"})"));
  const decoded d = s.finish();
  REQUIRE(d.records.size() == 2);
  const std::uint64_t total = 1024ull * 65'531;
  const std::uint64_t kept = (1 << 20) - 34;
  CHECK(d.records[0].text.substr(kept) ==
        " [cut: " + std::to_string(total - kept) + " bytes]");
  CHECK(d.records[1].text == "next");
  CHECK(d.carried_bytes_max < 3u << 20);
}

TEST_CASE("fields over the limit are refused, the framing stays") {
  session s({.object_bytes_max = 1000});
  s.feed(topic + R"({"raw":"x","fields":{"a":")");
  for (int i = 0; i < 1000; ++i) s.feed(std::string(1000, 'x'));
  s.feed(R"("}}{"raw":"next"})");
  const decoded d = s.finish();
  REQUIRE(d.refusals.size() == 1);
  CHECK(d.refusals[0].error == publish_error::too_long);
  CHECK(d.refusals[0].message == "fields: 1000008 bytes of JSON; at most 1000 are taken");
  CHECK(d.texts() == std::vector<std::string>{"next"});
  CHECK(d.carried_bytes_max < 8192);
}

TEST_CASE("keys and values that nobody asked for cost no memory") {
  session s;
  s.feed(topic + R"({"unknown":[")");
  for (int i = 0; i < 1000; ++i) s.feed(std::string(1000, 'x'));
  s.feed(R"(",1],")");
  for (int i = 0; i < 1000; ++i) s.feed(std::string(1000, 'k'));
  s.feed(R"(":1,"raw":"x"})");
  const decoded d = s.finish();
  CHECK(d.texts() == std::vector<std::string>{"x"});
  CHECK(d.carried_bytes_max < 4096);
}

TEST_CASE("severities come as number or word") {
  CHECK(decode_record(R"({"raw":"x","severity":24})").records.at(0).severity == 24);
  CHECK(decode_record(R"({"raw":"x","severity":"WARN"})").records.at(0).severity == 13);
  CHECK(decode_record(R"({"raw":"x","severity":"9"})").records.at(0).severity == 9);
}

TEST_CASE("a record's topic is its own value by value, else what is known otherwise") {
  const record_schema schema(256, 1024);
  const auto topic_of = [&](const std::string& json) {
    object_reader object(schema.keys_with_topic());
    REQUIRE(object.read(json.data(), json.data() + json.size(), 0).what ==
            object_reader::state::complete);
    record::topic_view out;
    const record::topic_view otherwise{"a", "p", "h"};
    const auto wrong = read_record_topic(object, otherwise, out);
    return wrong ? wrong->message : std::string(out.app) + "/" + std::string(out.proc) + "/" +
                                        std::string(out.host);
  };
  CHECK(topic_of("{}") == "a/p/h");
  CHECK(topic_of(R"({"HOST":"x","app":null})") == "a/p/x");
  CHECK(topic_of(R"({"app":"b","proc":""})") == "b//h");
  CHECK(topic_of(R"({"proc":[1]})") == "proc: expected a string, found an array");
  CHECK(topic_of("{\"app\":\"" + std::string(300, 'x') + "\"}") ==
        "app has 300 bytes; at most 255 are allowed");
}
