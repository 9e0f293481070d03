#include "logio/wire/json_encoder.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <simdjson.h>

#include <random>
#include <string>

#include "decoding.hpp"
#include "logio/record/batch_builder.hpp"
#include "logio/record/topic.hpp"
#include "rendered.hpp"
#include "wire/fields.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

constexpr std::uint64_t epoch = 0x00c0ffee12345678;
constexpr std::int64_t time_ns = 1'481'062'461'448'123'456;
constexpr std::int64_t arrived_ns = time_ns + 1'000'000'001;

struct one_record {
  std::string text = {}, fields = {};
  record::severity_number severity = 0;
  std::int64_t time = time_ns;
};

class rendering {
 public:
  explicit rendering(const record::topic& topic) : members_(record::json_members(topic)) {}

  std::string ndjson(const one_record& r, std::uint64_t position = 7,
                     std::int64_t arrival = arrived_ns) {
    const record::view v = stored(r);
    return written_within(encoder_.ndjson_bound(v, members_), [&](char* out) {
      return encoder_.encode_ndjson(out, v, members_, position, arrival);
    });
  }
  std::string sse(const one_record& r, std::uint64_t position = 7,
                  std::int64_t arrival = arrived_ns) {
    const record::view v = stored(r);
    return written_within(encoder_.sse_bound(v, members_), [&](char* out) {
      return encoder_.encode_sse(out, v, members_, position, arrival);
    });
  }
  std::size_t ndjson_bound(const one_record& r) {
    return encoder_.ndjson_bound(stored(r), members_);
  }

 private:
  record::view stored(const one_record& r) {
    batch_.clear();
    batch_.append({.time_ns = r.time, .severity = r.severity}, r.text, r.fields);
    return *batch_.view().begin();
  }

  std::string members_;
  json_encoder encoder_{epoch};
  record::batch_builder batch_{1 << 16};
};

std::string packed(std::string_view json) {
  std::string out;
  std::uint64_t replaced = 0;
  REQUIRE(!fields_from_json(json, out, replaced));
  return out;
}

std::string rfc3339(std::int64_t ns) {
  std::string out(record::rfc3339_bytes, ' ');
  record::write_rfc3339(ns, out.data());
  return out;
}

// The same line, put together piece by piece.
std::string expected(const record::topic& topic, const one_record& r, const std::string& fields,
                     std::uint64_t position, std::int64_t arrival) {
  std::string out = "{\"cursor\":\"00c0ffee12345678-" + std::to_string(position);
  out += "\",\"time\":\"" + rfc3339(r.time) + "\",\"arrived\":\"" + rfc3339(arrival) + "\"";
  out += ",\"app\":\"" + naive_json_text(topic.app) + "\"";
  if (!topic.proc.empty()) out += ",\"proc\":\"" + naive_json_text(topic.proc) + "\"";
  if (!topic.host.empty()) out += ",\"host\":\"" + naive_json_text(topic.host) + "\"";
  if (r.severity != 0) out += ",\"severity\":" + std::to_string(r.severity);
  out += ",\"text\":\"" + naive_json_text(r.text) + "\"";
  if (!fields.empty()) out += ",\"fields\":" + fields;
  return out + "}\n";
}

}  // namespace

TEST_CASE("a record is one line of JSON, what is empty or unknown is left out") {
  rendering full({"shop", "web", "h1"});
  CHECK(full.ndjson({"a \"b\"\n", packed(R"({"n":1})"), 9}) ==
        R"({"cursor":"00c0ffee12345678-7","time":"2016-12-06T22:14:21.448123456Z",)"
        R"("arrived":"2016-12-06T22:14:22.448123457Z","app":"shop","proc":"web","host":"h1",)"
        R"("severity":9,"text":"a \"b\"\n","fields":{"n":1}})" "\n");
  rendering bare({"a", "", ""});
  CHECK(bare.ndjson({}) ==
        R"({"cursor":"00c0ffee12345678-7","time":"2016-12-06T22:14:21.448123456Z",)"
        R"("arrived":"2016-12-06T22:14:22.448123457Z","app":"a","text":""})" "\n");
}

TEST_CASE("an event is the cursor as id and the same object as data") {
  rendering r({"shop", "web", "h1"});
  const std::string line = r.ndjson({"x\ny", "", 24}, 12'345);
  CHECK(r.sse({"x\ny", "", 24}, 12'345) == "id: 00c0ffee12345678-12345\ndata: " + line + "\n");
}

TEST_CASE("a cursor has 16 hex digits and the position in full, whatever came before") {
  const record::topic topic{"a", "", ""};
  rendering r(topic);
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (const std::uint64_t position :
       {0ull, 1ull, 9ull, 10ull, 99'999'999ull, 100'000'000ull, 100'000'001ull, 99'999'998ull,
        123'456'789'012ull, 9'999'999'999'999'999ull, 10'000'000'000'000'000ull,
        18'446'744'073'709'551'615ull, 18'446'744'073'700'000'000ull, 5ull}) {
    CHECK(r.ndjson({"x"}, position) == expected(topic, {"x"}, "", position, arrived_ns));
  }
  for (int i = 0; i < 5000; ++i) {
    const std::uint64_t position = random() >> (random() % 64);
    REQUIRE(r.ndjson({"x"}, position) == expected(topic, {"x"}, "", position, arrived_ns));
  }
}

TEST_CASE("fields that are empty or broken are left out") {
  rendering r({"a", "", ""});
  const std::string without = r.ndjson({"x"});
  CHECK(r.ndjson({"x", "\x80"}) == without);
  CHECK(r.ndjson({"x", "no map"}) == without);
  CHECK(r.ndjson({"x", "\x81\xa1k"}) == without);
  CHECK(r.ndjson({"x", std::string("\xdf\xff\xff\xff\xff", 5) + std::string(4000, '\xc2')}) ==
        without);
}

TEST_CASE("the bound of a long text is near") {
  rendering r({"a", "", ""});
  CHECK(r.ndjson_bound({std::string(1 << 20, 'x')}) < (1 << 20) + 400);
  const std::string controls(1 << 16, '\x02');
  CHECK(r.ndjson({controls}).size() > 6 * controls.size());
  CHECK(r.ndjson_bound({std::string(100, 'x')}) < 600 + 400);
}

TEST_CASE("any record is what is expected, and a JSON reader finds its values") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  simdjson::dom::parser parser;
  for (int i = 0; i < 5000; ++i) {
    const record::topic topic{std::string(1 + random() % 70, 'a'), random() % 2 ? "web.1" : "",
                              random() % 2 ? "h\xc3\xb6st" : ""};
    const std::string text_in_fields = repaired(random_bytes(random, 8));
    const std::string fields = random() % 2 ? "{\"k\":\"" + naive_json_text(text_in_fields) + "\"}"
                                            : "";
    const one_record r{random_bytes(random, i % 50 == 0 ? 200 : 10),
                       fields.empty() ? "" : packed(fields),
                       static_cast<record::severity_number>(random() % 25),
                       time_ns + static_cast<std::int64_t>(random()) * (i % 3)};
    rendering to(topic);
    const std::uint64_t position = random();
    const std::string line = to.ndjson(r, position, time_ns + i);
    REQUIRE(line == expected(topic, r, fields, position, time_ns + i));
    REQUIRE(line.find('\n') == line.size() - 1);
    simdjson::dom::object object;
    REQUIRE(parser.parse(line).get(object) == simdjson::SUCCESS);
    REQUIRE(std::string_view(object["text"]) == repaired(r.text));
    REQUIRE(std::string_view(object["app"]) == topic.app);
    REQUIRE(object["severity"].error() ==
            (r.severity == 0 ? simdjson::NO_SUCH_FIELD : simdjson::SUCCESS));
    if (!fields.empty()) REQUIRE(std::string_view(object["fields"]["k"]) == text_in_fields);
  }
}

TEST_CASE("what is read can be posted back") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  rendering to({"shop", "web", "h1"});
  for (int i = 0; i < 2000; ++i) {
    one_record r{repaired(random_bytes(random, 10)),
                 packed(R"({"a":[1,-2,2.0,1e300,{"b":null}],"c":"\u0001\"","d":true,"e":-0.5})"),
                 static_cast<record::severity_number>(random() % 25),
                 time_ns + static_cast<std::int64_t>(random())};
    if (random() % 2) r.fields.clear();
    r.text += '.';  // of a final newline one would be taken as the line's
    const decoded d = decode_record(to.ndjson(r));
    REQUIRE(d.refusals.empty());
    REQUIRE(d.records.size() == 1);
    REQUIRE(d.records[0].text == r.text);
    REQUIRE(d.records[0].fields == r.fields);
    REQUIRE(d.records[0].time_ns == r.time);
    REQUIRE(d.records[0].severity == r.severity);
  }
}
