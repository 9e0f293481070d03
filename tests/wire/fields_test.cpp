#include "wire/fields.hpp"

#include <catch2/catch_test_macros.hpp>
#include <msgpack.hpp>

#include "decoding.hpp"
#include "wire/fields_writer.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

// What msgpack-cxx reads back, printed as its own JSON.
std::string read_back(const std::string& fields) {
  if (fields.empty()) return "";
  const msgpack::object_handle handle = msgpack::unpack(fields.data(), fields.size());
  std::ostringstream out;
  out << handle.get();
  return out.str();
}

std::string converted(const std::string& json) {
  const decoded d = decode_record(R"({"raw":"x","fields":)" + json + "}");
  CAPTURE(json);
  REQUIRE(d.refusals.empty());
  REQUIRE(d.records.size() == 1);
  return d.records[0].fields;
}

}  // namespace

TEST_CASE("fields become one MessagePack map with the same types") {
  CHECK(read_back(converted(R"({"a":1,"b":-2,"c":"text","d":true,"e":false,"f":null})")) ==
        R"({"a":1,"b":-2,"c":"text","d":true,"e":false,"f":null})");
  CHECK(read_back(converted(R"({ "n" : { "l" : [ 1 , [ ] , { } , "\u00e9\ud83d\ude00" ] } })")) ==
        "{\"n\":{\"l\":[1,[],{},\"\xc3\xa9\xf0\x9f\x98\x80\"]}}");
  CHECK(converted("{}").empty());
  CHECK(converted(" { } ").empty());
}

TEST_CASE("whole numbers within 64 bits stay whole, the rest becomes double") {
  CHECK(converted(R"({"a":0})") == std::string("\x81\xa1" "a\x00", 4));
  CHECK(converted(R"({"a":127})") == "\x81\xa1" "a\x7f");
  CHECK(read_back(converted(R"({"a":9223372036854775807})")) == R"({"a":9223372036854775807})");
  CHECK(read_back(converted(R"({"a":18446744073709551615})")) == R"({"a":18446744073709551615})");
  CHECK(read_back(converted(R"({"a":-9223372036854775808})")) ==
        R"({"a":-9223372036854775808})");
  CHECK(converted(R"({"a":1.5})") == std::string("\x81\xa1" "a\xcb\x3f\xf8\0\0\0\0\0\0", 12));
  CHECK(converted(R"({"a":2.0})") == std::string("\x81\xa1" "a\xcb\x40\0\0\0\0\0\0\0", 12));
  CHECK(converted(R"({"a":1e300})").size() == 12);
  CHECK(converted(R"({"a":18446744073709551616})") ==
        std::string("\x81\xa1" "a\xcb\x43\xf0\0\0\0\0\0\0", 12));
}

TEST_CASE("repeated keys inside fields stay as they came") {
  CHECK(converted(R"({"a":1,"a":2})") == "\x82\xa1" "a\x01\xa1" "a\x02");
}

TEST_CASE("lone surrogates and bytes that are not UTF-8 inside fields are as in a text") {
  const decoded d = decode_record("{\"raw\":\"x\",\"fields\":{\"\xff\":\"\\ud800\xfe\"}}");
  REQUIRE(d.records.size() == 1);
  CHECK(d.records[0].fields == "\x81\xa1\xff\xa4\xef\xbf\xbd\xfe");
  CHECK(d.count.replaced_surrogates == 1);
}

TEST_CASE("maps and strings of every head size") {
  for (const std::size_t count : {1u, 15u, 16u, 65'535u, 65'536u}) {
    std::string json = "{";
    for (std::size_t i = 0; i < count; ++i) {
      json += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":" + std::to_string(i);
    }
    std::string fields = converted(json + "}");
    CHECK(read_map_head(fields).count == count);
    add_cut_bytes(fields, 5'000'000'000);
    const auto handle = msgpack::unpack(fields.data(), fields.size());
    REQUIRE(handle.get().via.map.size == count + 1);
    CHECK(handle.get().via.map.ptr[count].key.as<std::string>() == "cut_bytes");
    CHECK(handle.get().via.map.ptr[count].val.as<std::uint64_t>() == 5'000'000'000);
  }
  for (const std::size_t bytes : {31u, 32u, 255u, 256u, 65'535u, 65'536u}) {
    const std::string text(bytes, 's');
    CHECK(read_back(converted("{\"k\":\"" + text + "\"}")) == "{\"k\":\"" + text + "\"}");
  }
}

TEST_CASE("cut_bytes alone makes a map") {
  std::string fields;
  add_cut_bytes(fields, 7);
  CHECK(fields == "\x81\xa9" "cut_bytes\x07");
}
