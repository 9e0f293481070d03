#include "wire/stock_records.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include "decoding.hpp"
#include "mutation.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

stock_progress add(const std::string& input, record::batch_builder& out) {
  record::rfc3339_parser time;
  return add_stock_records(input.data(), input.data() + input.size(), out, time, 1 << 20);
}

}  // namespace

TEST_CASE("the SIMD path and the general reader agree on whatever looks like stock records") {
  const auto seed = Catch::getSeed();
  std::mt19937 random(seed);
  std::uint64_t fast_records = 0, general_records = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string input = topic;
    for (std::size_t records = 1 + below(random, 4); records > 0; --records) {
      input += testing::stock_record(random);
      if (below(random, 4) == 0) input += one_of(random, {"\n", " ", "\r\n", "\t", ","});
    }
    if (below(random, 2) == 0) mutate(input, random);
    const std::size_t read_bytes = below(random, 2) == 0 ? SIZE_MAX : 1 + below(random, 80);
    const std::size_t batch_bytes = below(random, 4) == 0 ? 4096 : 65536;
    const publish_decoder::options limits{.line_bytes_max =
                                              below(random, 3) == 0 ? 256u : 1u << 20};
    auto general_limits = limits;
    general_limits.fast_paths = false;
    const decoded fast = decode(input, limits, read_bytes, batch_bytes);
    const decoded general = decode(input, general_limits);
    CAPTURE(seed, round, input, read_bytes);
    REQUIRE(fast.records == general.records);
    REQUIRE(fast.refusals == general.refusals);
    REQUIRE(fast.last == general.last);
    REQUIRE(fast.next_record == general.next_record);
    REQUIRE(fast.count.records == general.count.records);
    REQUIRE(fast.count.replaced_surrogates == general.count.replaced_surrogates);
    REQUIRE(fast.count.cut_lines == general.count.cut_lines);
    if (fast.has_topic) fast_records += fast.next_record - 1 - fast.count.general_records;
    general_records += fast.count.general_records;
  }
  // The inputs are of use only if both paths are taken often.
  CHECK(fast_records > 1000);
  CHECK(general_records > 1000);
}

TEST_CASE("records are taken up to the first that is not stock") {
  record::batch_builder out(65536);
  const std::string one = R"({"time":"2016-12-06T22:14:21Z","raw":"x"})";
  for (const std::string other :
       {R"({"time":"2016-12-06T22:14:21Z","raw":"x"} )", R"({"time":"2016-12-06T22:14:21Z"})",
        R"({ "time":"2016-12-06T22:14:21Z","raw":"x"})", R"({"time":"bad","raw":"x"})",
        R"({"time":"2016-12-06T22:14:21Z","raw":"x","a":1})",
        R"({"time":"2016-12-06T22:14:21Z","raw":"\ud83d\ude00"})",
        R"({"raw":"x","time":"2016-12-06T22:14:21Z"})",
        R"({"time":"2016-12-06T22:14:21Z","raw":5})"}) {
    out.clear();
    const std::string input = one + one + other;
    const stock_progress p = add(input, out);
    CAPTURE(other);
    const bool whole = other.back() == ' ';
    CHECK(p.records == (whole ? 3u : 2u));
    CHECK(p.at == input.data() + (whole ? input.size() : 2 * one.size()));
    CHECK_FALSE(p.batch_full);
    CHECK(out.count() == p.records);
  }
}

TEST_CASE("a record cut anywhere is left whole for the next read") {
  const std::string one = R"({"time":"2016-12-06T22:14:21.5+01:00","raw":"a\u00e9\r\n"})";
  for (std::size_t bytes = 0; bytes < one.size(); ++bytes) {
    const std::string input = one.substr(0, bytes);  // its own memory: a read behind it shows
    record::batch_builder out(4096);
    const stock_progress p = add(input, out);
    CHECK(p.records == 0);
    CHECK(p.at == input.data());
    CHECK(out.empty());
  }
}

TEST_CASE("texts of every length around the blocks are copied whole") {
  for (std::size_t bytes = 0; bytes < 200; ++bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>('a' + i % 26);
    for (std::size_t escape = 0; escape <= bytes; escape += 7) {
      const std::string input = R"({"time":"2016-12-06T22:14:21Z","raw":")" +
                                text.substr(0, escape) + "\\t" + text.substr(escape) + "\"}";
      record::batch_builder out(4096);
      REQUIRE(add(input, out).records == 1);
      REQUIRE((*out.view().begin()).text() ==
              text.substr(0, escape) + "\t" + text.substr(escape));
    }
  }
}

TEST_CASE("a stock line is one whole record or nothing") {
  const std::string one = R"({"time":"2026-11-21T01:45:53Z","raw":"x\n"})";
  record::batch_builder batch(4096);
  record::rfc3339_parser time;
  const auto add_line = [&](const std::string& line) {
    return add_stock_line(line.data(), line.data() + line.size(), batch, time, 1 << 20);
  };
  for (const std::string& line : {one + one, one + " ", one + "x", one.substr(0, one.size() - 1),
                                  std::string("{}"), std::string()}) {
    CAPTURE(line);
    CHECK(add_line(line).records == 0);
    CHECK(batch.empty());
  }
  CHECK(add_line(one).records == 1);
  CHECK(add_line(" " + one).records == 1);
  CHECK(batch.count() == 2);
  CHECK((*batch.view().begin()).text() == "x");
}
