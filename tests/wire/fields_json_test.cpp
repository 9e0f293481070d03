#include "wire/fields_json.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <msgpack.hpp>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "rendered.hpp"
#include "wire/fields.hpp"
#include "wire/fields_writer.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

// Empty when they are refused.
std::string rendered(std::string_view fields) {
  return written_within(fields_json_bound(fields),
                        [&](char* out) { return put_fields_json(out, fields); });
}

std::string bytes(std::initializer_list<int> all) {
  std::string out;
  for (const int b : all) out += static_cast<char>(b);
  return out;
}

// A map of one entry `a`.
std::string with(std::initializer_list<int> value) { return "\x81\xa1" "a" + bytes(value); }

std::optional<std::string> packed(std::string_view json) {
  std::string out;
  std::uint64_t replaced = 0;
  if (fields_from_json(json, out, replaced)) return std::nullopt;
  return out;
}

std::string real(double number) {
  std::string out;
  fields_writer writer(out);
  writer.map(1);
  writer.string("a");
  writer.real(number);
  return rendered(out);
}

}  // namespace

TEST_CASE("what came as JSON goes as JSON") {
  for (const std::string json :
       {R"({"a":1,"b":-2,"c":"text","d":true,"e":false,"f":null})",
        R"({"n":{"l":[1,[],{},"x"]},"n":0})", R"({"":""})",
        R"({"i":-9223372036854775808,"u":18446744073709551615,"z":0,"t":127,"o":128,"m":-33})",
        R"({"d":1.5,"w":2.0,"h":1e+300,"s":5e-324,"n":-0.0,"x":0.1})",
        R"({"q\"\\\n":"\u0000\b"})"}) {
    CHECK(rendered(*packed(json)) == json);
  }
}

TEST_CASE("every head of MessagePack is read") {
  CHECK(rendered(bytes({0x80})) == "{}");
  CHECK(rendered(bytes({0xde, 0, 1, 0xa1, 'k', 0xc0})) == R"({"k":null})");
  CHECK(rendered(bytes({0xdf, 0, 0, 0, 1, 0xa1, 'k', 0xc3})) == R"({"k":true})");
  CHECK(rendered(with({0xdc, 0, 2, 1, 2})) == R"({"a":[1,2]})");
  CHECK(rendered(with({0xdd, 0, 0, 0, 1, 0x91, 3})) == R"({"a":[[3]]})");
  CHECK(rendered(with({0xd9, 1, 'x'})) == R"({"a":"x"})");
  CHECK(rendered(with({0xda, 0, 1, 'x'})) == R"({"a":"x"})");
  CHECK(rendered(with({0xdb, 0, 0, 0, 1, 'x'})) == R"({"a":"x"})");
  CHECK(rendered(with({0xc4, 2, 'x', 0xff})) == "{\"a\":\"x\xef\xbf\xbd\"}");
  CHECK(rendered(with({0xc5, 0, 1, '"'})) == R"({"a":"\""})");
  CHECK(rendered(with({0xc6, 0, 0, 0, 0})) == R"({"a":""})");
  CHECK(rendered(with({0xcc, 255})) == R"({"a":255})");
  CHECK(rendered(with({0xcd, 1, 0})) == R"({"a":256})");
  CHECK(rendered(with({0xce, 255, 255, 255, 255})) == R"({"a":4294967295})");
  CHECK(rendered(with({0xcf, 0, 0, 0, 1, 0, 0, 0, 0})) == R"({"a":4294967296})");
  CHECK(rendered(with({0xd0, 0x80})) == R"({"a":-128})");
  CHECK(rendered(with({0xd1, 0x80, 0})) == R"({"a":-32768})");
  CHECK(rendered(with({0xd2, 0, 0, 0, 7})) == R"({"a":7})");
  CHECK(rendered(with({0xd3, 255, 255, 255, 255, 255, 255, 255, 255})) == R"({"a":-1})");
  CHECK(rendered(with({0xe0})) == R"({"a":-32})");
  CHECK(rendered(with({0xca, 0x3f, 0xc0, 0, 0})) == R"({"a":1.5})");
}

TEST_CASE("what JSON does not know becomes what is nearest") {
  CHECK(rendered(with({0xd4, 5, 1})) == R"({"a":null})");
  CHECK(rendered(with({0xd6, 0xff, 1, 2, 3, 4})) == R"({"a":null})");
  CHECK(rendered(with({0xc7, 0, 5})) == R"({"a":null})");
  CHECK(rendered(with({0xc8, 0, 1, 5, 9})) == R"({"a":null})");
  CHECK(rendered(bytes({0x81, 1, 2})) == R"({"1":2})");
  CHECK(rendered(bytes({0x81, 0xff, 2})) == R"({"-1":2})");
  CHECK(rendered(bytes({0x81, 0xc2, 2})) == R"({"false":2})");
  CHECK(rendered(bytes({0x81, 0xc0, 2})) == R"({"null":2})");
  CHECK(rendered(bytes({0x81, 0xca, 0x3f, 0xc0, 0, 0, 2})) == R"({"1.5":2})");
  CHECK(rendered(bytes({0x81, 0xc4, 1, 'b', 2})) == R"({"b":2})");
  CHECK(rendered(bytes({0x82, 0x92, 1, 0x81, 3, 4, 2, 0xa1, 'k', 5})) == R"({"null":2,"k":5})");
  CHECK(real(std::numeric_limits<double>::quiet_NaN()) == R"({"a":null})");
  CHECK(real(-std::numeric_limits<double>::infinity()) == R"({"a":null})");
}

TEST_CASE("a double reads back as the same double") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    double number = std::bit_cast<double>(random());
    if (i % 4 == 0) number = static_cast<double>(random() % 2'000'000);
    if (!std::isfinite(number)) continue;
    const std::string text = real(number);
    REQUIRE(text.find_first_of(".e", 5) != std::string::npos);
    REQUIRE(std::bit_cast<std::uint64_t>(std::strtod(text.c_str() + 5, nullptr)) ==
            std::bit_cast<std::uint64_t>(number));
    REQUIRE(rendered(*packed(text)) == text);
  }
}

TEST_CASE("what is nested deeper than the decoder takes is null") {
  const auto nested = [](int levels) {
    return "\x81\xa1" "a" + std::string(static_cast<std::size_t>(levels), '\x91') + "\x01";
  };
  const auto arrays = [](std::size_t levels, const std::string& inside) {
    return R"({"a":)" + std::string(levels, '[') + inside + std::string(levels, ']') + "}";
  };
  CHECK(rendered(nested(62)) == arrays(62, "1"));
  CHECK(rendered(nested(63)) == arrays(62, "null"));
  CHECK(rendered(nested(100'000)) == arrays(62, "null"));
  CHECK(rendered(nested(100'000).substr(0, 90'000)).empty());
  CHECK(rendered(nested(63) + "\x01").empty());
}

TEST_CASE("bytes that are not one map give nothing, and nothing is read behind them") {
  CHECK(rendered("").empty());
  CHECK(rendered("\x01").empty());
  CHECK(rendered("\x91\x01").empty());
  CHECK(rendered(bytes({0x80, 0x80})).empty());
  CHECK(rendered(with({0xc1})).empty());
  CHECK(rendered(bytes({0xdf, 255, 255, 255, 255})).empty());
  CHECK(rendered(with({0xdb, 255, 255, 255, 255, 'x'})).empty());
  CHECK(rendered(with({0xc6, 255, 255, 255, 255})).empty());
  CHECK(rendered(with({0xc9, 255, 255, 255, 255})).empty());
  const std::string all = *packed(
      R"({"a":{"b":[1,300,70000,5000000000,-5,-200,1.5,true,null]},"c":)"
      R"("0123456789012345678901234567890123"})");
  for (std::size_t cut = 0; cut < all.size(); ++cut) {
    // An exact allocation, so that AddressSanitizer sees one byte too far.
    const auto part = std::make_unique<char[]>(cut);
    std::copy_n(all.data(), cut, part.get());
    REQUIRE(rendered({part.get(), cut}).empty());
  }
}

TEST_CASE("large fields have a bound that is near") {
  std::string fields;
  fields_writer writer(fields);
  writer.map(3);
  writer.string("plain");
  writer.string(std::string(1 << 20, 'x'));
  writer.string("control");
  writer.string(std::string(1000, '\x01'));
  writer.string("numbers");
  writer.array(1000);
  for (int i = 0; i < 1000; ++i) writer.boolean(false);
  CHECK(rendered(fields).size() == fields_json_bound(fields));
  fields.pop_back();
  CHECK(rendered(fields).empty());
}

TEST_CASE("what msgpack-cxx reads as a map is rendered, the rest is not") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string start = *packed(
      R"({"a":[1,-2,{"b":null,"c":1.5},"text",true],"d":"another","e":300,"f":{"g":[[]]}})");
  for (int i = 0; i < 20'000; ++i) {
    std::string fields = start;
    for (auto edits = random() % 4; edits > 0; --edits) {
      fields[random() % fields.size()] = static_cast<char>(random());
    }
    std::size_t offset = 0;
    msgpack::null_visitor visitor;
    const auto head = static_cast<unsigned char>(fields[0]);
    const bool is_map = (head & 0xf0) == 0x80 || head == 0xde || head == 0xdf;
    bool whole = false;
    try {
      whole = msgpack::parse(fields.data(), fields.size(), offset, visitor) &&
              offset == fields.size();
    } catch (const msgpack::unpack_error&) {
      whole = false;
    }
    REQUIRE(rendered(fields).empty() == !(is_map && whole));
  }
}
