#include "wire/object_reader.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <simdjson.h>

#include "mutation.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

constexpr std::array<key_spec, 3> schema = {{{"raw", 1 << 20}, {"n", 64}, {"fields", 1 << 20}}};

std::string random_value(std::mt19937& random, int depth);

std::string random_space(std::mt19937& random) {
  return std::string(below(random, 4) == 0 ? one_of(random, {" ", "\n", "\t\r\n"}) : "");
}

std::string random_object(std::mt19937& random, int depth) {
  std::string out = "{" + random_space(random);
  for (std::size_t i = 0, n = below(random, 4); i < n; ++i) {
    if (i > 0) out += "," + random_space(random);
    out += '"';
    out += below(random, 2) == 0 ? std::string(one_of(random, {"raw", "N", "fields"}))
                                 : random_string(random, 2);
    out += '"' + random_space(random) + ":" + random_space(random) +
           random_value(random, depth + 1) + random_space(random);
  }
  return out + "}";
}

std::string random_value(std::mt19937& random, int depth) {
  switch (below(random, depth < 6 ? 7 : 5)) {
    case 0: return "\"" + random_string(random, 4) + "\"";
    case 1: return std::string(one_of(random, {"0", "-0", "17", "-3.25", "1e5", "6E-2", "0.10"}));
    case 2: return std::string(one_of(random, {"01", "1.", "-", ".5", "1e", "+1", "0x1", "-a"}));
    case 3: return std::string(one_of(random, {"true", "false", "null"}));
    case 4: return std::string(one_of(random, {"tru", "nul", "NaN", "True", "falsee", ""}));
    case 5: return random_object(random, depth);
    default: {
      std::string out = "[";
      for (std::size_t i = 0, n = below(random, 3); i < n; ++i) {
        out += (i > 0 ? "," : "") + random_space(random) + random_value(random, depth + 1);
      }
      return out + "]";
    }
  }
}

struct outcome {
  bool legal;  // one object and nothing behind it, nothing wrong in its strings
  std::string raw, n, fields;
};

outcome read(const std::string& text, std::size_t piece) {
  object_reader reader(schema);
  std::string_view rest = text;
  std::uint64_t offset = 0;
  while (!rest.empty()) {
    // Its own memory, so that a sanitizer sees a read behind its end.
    const std::string part(rest.substr(0, piece));
    const auto [at, what] = reader.read(part.data(), part.data() + part.size(), offset);
    if (what == object_reader::state::failed) return {false, "", "", ""};
    const auto taken = static_cast<std::size_t>(at - part.data());
    rest.remove_prefix(taken);
    offset += taken;
    if (what == object_reader::state::complete) {
      return {rest == "}" && reader.problem().empty(), reader.get(0).bytes, reader.get(1).bytes,
              reader.get(2).bytes};
    }
  }
  return {false, "", "", ""};
}

// Whether simdjson takes the text; nothing where its limits are not the grammar's.
std::optional<bool> oracle(std::string text) {
  for (char& c : text) {
    if (static_cast<signed char>(c) < 0) c = '?';
  }
  static simdjson::dom::parser parser;
  simdjson::dom::element element;
  const auto error = parser.parse(text).get(element);
  const bool has_surrogate = text.find("\\ud") != std::string::npos ||
                             text.find("\\uD") != std::string::npos;
  if (error == simdjson::STRING_ERROR && has_surrogate) return std::nullopt;
  return error == simdjson::SUCCESS && element.is_object();
}

}  // namespace

TEST_CASE("the reader takes exactly the objects that simdjson takes, split anywhere") {
  const auto seed = Catch::getSeed();
  std::mt19937 random(seed);
  int legal = 0, illegal = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = random_object(random, 0);
    if (below(random, 3) == 0) mutate(text, random);
    if (text.empty() || text[0] != '{') continue;
    const outcome whole = read(text, SIZE_MAX);
    const outcome split = read(text, 1 + below(random, 5));
    CAPTURE(seed, round, text);
    REQUIRE(whole.legal == split.legal);
    if (whole.legal) {
      REQUIRE(whole.raw == split.raw);
      REQUIRE(whole.n == split.n);
      REQUIRE(whole.fields == split.fields);
    }
    const std::optional<bool> expected = oracle(text);
    if (!expected) continue;
    REQUIRE(whole.legal == *expected);
    ++(whole.legal ? legal : illegal);
  }
  CHECK(legal > 5000);
  CHECK(illegal > 5000);
}

TEST_CASE("a restarted reader has forgotten everything") {
  object_reader reader(schema);
  const std::string first = R"({"raw":"a\ud800","n":5,"fields":{"x":1},"z":"\q"})";
  reader.read(first.data(), first.data() + first.size(), 0);
  CHECK(reader.get(0).type == json_type::string);
  CHECK_FALSE(reader.problem().empty());
  CHECK(reader.replaced_surrogates() == 1);
  reader.restart();
  CHECK_FALSE(reader.begun());
  const std::string second = "{}";
  const auto [at, what] = reader.read(second.data(), second.data() + 2, 0);
  CHECK(what == object_reader::state::complete);
  CHECK(at == second.data() + 1);
  for (std::size_t key = 0; key < schema.size(); ++key) {
    CHECK(reader.get(key).type == json_type::none);
    CHECK(reader.get(key).bytes.empty());
  }
  CHECK(reader.problem().empty());
  CHECK(reader.replaced_surrogates() == 0);
}
