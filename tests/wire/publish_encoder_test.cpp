#include "logio/wire/publish_encoder.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>

#include "decoding.hpp"
#include "wire/fields.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'000'007;

std::string fields(std::string_view json) {
  std::string out;
  std::uint64_t replaced = 0;
  REQUIRE(!fields_from_json(json, out, replaced));
  return out;
}

record::batch_builder one(std::string_view text, record::severity_number severity = 0,
                          std::string_view of_fields = {}, std::int64_t at_ns = time_ns) {
  record::batch_builder out(4096);
  record::head head;
  head.time_ns = at_ns;
  head.severity = severity;
  head.text_bytes = static_cast<std::uint32_t>(text.size());
  head.fields_bytes = static_cast<std::uint32_t>(of_fields.size());
  out.append(head, text, of_fields);
  return out;
}

std::string encoded(const record::batch_builder& of, std::uint64_t number = 0) {
  std::string out;
  publish_encoder().append(out, record::view(of.data()), number);
  return out;
}

publish_request request_of(std::string app) {
  publish_request out;
  out.topic.app = std::move(app);
  return out;
}

}  // namespace

TEST_CASE("a plain record has the stock client's shape, and takes its fast path") {
  const std::string text = encoded(one("say \"hi\"\tnow"));
  CHECK(text == "{\"time\":\"2016-12-06T22:14:21.448000007Z\","
                "\"raw\":\"say \\\"hi\\\"\\tnow\\n\"}\n");
  const decoded d = decode(R"({"app":"a"})" + text);
  REQUIRE(d.records.size() == 1);
  CHECK(d.count.general_records == 0);
  CHECK(d.records[0] == seen_record{time_ns, "say \"hi\"\tnow", "", 0, 0});
}

TEST_CASE("severity, fields and number are told") {
  const std::string of_fields = fields(R"({"a":[1,-2,2.0,true,null],"b":{"c":"x\ny"}})");
  const std::string text = encoded(one("t", 17, of_fields), 12);
  CHECK(text == "{\"time\":\"2016-12-06T22:14:21.448000007Z\",\"raw\":\"t\\n\","
                "\"sequence\":12,\"severity\":17,\"fields\":{\"a\":[1,-2,2.0,true,null],"
                "\"b\":{\"c\":\"x\\ny\"}}}\n");
  const decoded d = decode(R"({"app":"a","numbered":true})" + text);
  REQUIRE(d.records.size() == 1);
  CHECK(d.records[0] == seen_record{time_ns, "t", of_fields, 17, 0});
  CHECK(d.next_record == 13);
}

TEST_CASE("fields that are not well-formed are left out") {
  CHECK(encoded(one("t", 0, "\xc1")) ==
        "{\"time\":\"2016-12-06T22:14:21.448000007Z\",\"raw\":\"t\\n\"}\n");
}

TEST_CASE("any text and any bytes in fields come out as they went in") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::minstd_rand chance(seed);
  const std::string_view letters("\r\n\"\\\0\t\x1f\x7f\x80\xc3\xa9\xff\xed\xa0\x80 a{}", 19);
  std::string stream = R"({"app":"a"})";
  std::vector<seen_record> sent;
  for (int i = 0; i < 2000; ++i) {
    std::string text(chance() % 70, ' ');
    for (char& c : text) c = letters[chance() % letters.size()];
    // A key and a value of the same bytes, as MessagePack.
    const std::string string = "\xd9" + std::string(1, static_cast<char>(text.size())) + text;
    const std::string of_fields = i % 3 == 0 ? "\x81" + string + string : std::string();
    const auto severity = static_cast<record::severity_number>(chance() % 25);
    const auto at_ns = static_cast<std::int64_t>(chance()) * 1'000'000'007;
    stream += encoded(one(text, severity, of_fields, at_ns));
    const bool inner = text.find('\n') != std::string::npos;
    sent.push_back({at_ns, text, "", severity,
                    static_cast<std::uint8_t>(inner ? record::inner_newline : 0)});
  }
  const decoded d = decode(stream);
  CHECK(d.refusals.empty());
  REQUIRE(d.records.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CAPTURE(i);
    if (i % 3 == 0) {
      // Short strings have a shorter head now.
      REQUIRE(d.records[i].fields.ends_with(sent[i].text));
    } else {
      REQUIRE(d.records[i].fields.empty());
    }
    sent[i].fields = d.records[i].fields;
    REQUIRE(d.records[i] == sent[i]);
  }
}

TEST_CASE("a topic object says what is not the default") {
  std::string out;
  publish_request request = request_of("shop");
  append_topic_object(out, request);
  CHECK(out == "{\"app\":\"shop\"}\n");
  request.topic = {"shop \"1\"", "web", "h1"};
  request.ack = request.numbered = true;
  request.client = "c-1";
  request.sequence = 99;
  out.clear();
  append_topic_object(out, request);
  const decoded d = decode(out);
  CHECK(d.request.topic == request.topic);
  CHECK(d.request.ack);
  CHECK(d.request.numbered);
  CHECK(d.request.client == "c-1");
  CHECK(d.request.sequence == 99);
  request = request_of("l");
  request.format = publish_request::framing::lines;
  request.stamped = true;
  out.clear();
  append_topic_object(out, request);
  CHECK(out == "{\"app\":\"l\",\"format\":\"lines\",\"stamped\":true}\n");
}
