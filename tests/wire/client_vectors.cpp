// The bytes that every client must write (clients/conformance/vectors.json), read by the decoder.
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <sstream>
#include <string>

#include "decoding.hpp"
#include "logio/wire/json_document.hpp"
#include "rendered.hpp"
#include "support/from_base64.hpp"
#include "wire/fields_json.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

/// A run of bytes as the table writes it: a text, {"base64"}, {"repeat", "of"} or a list of runs.
std::string bytes_of(json_value run) {
  std::string out;
  if (run.kind() == json_kind::array) {
    for (auto each = run.first(); each; each = each.next()) out += bytes_of(each);
  } else if (const auto coded = run["base64"]) {
    out = logio::testing::from_base64(coded.text());
  } else if (const auto times = run["repeat"].whole_number()) {
    const std::string of = bytes_of(run["of"]);
    for (std::uint64_t i = 0; i < *times; ++i) out += of;
  } else {
    out = run.text();
  }
  return out;
}

bool same(json_value one, json_value other) {
  if (one.kind() != other.kind() || one.size() != other.size()) return false;
  switch (one.kind()) {
    case json_kind::object:
      for (auto each = one.first(); each; each = each.next()) {
        if (!same(each, other[each.key()])) return false;
      }
      return true;
    case json_kind::array: {
      auto beside = other.first();
      for (auto each = one.first(); each; each = each.next(), beside = beside.next()) {
        if (!same(each, beside)) return false;
      }
      return true;
    }
    case json_kind::number: return one.text() == other.text() || one.number() == other.number();
    default: return one.text() == other.text();
  }
}

std::string fields_json(std::string_view fields) {
  return written_within(fields_json_bound(fields),
                        [&](char* out) { return put_fields_json(out, fields); });
}

/// What the table says that the hub makes of one line.
struct expected {
  std::string text;
  std::string_view time_ns;
  std::uint64_t severity;
  json_value fields;
};

void check(const decoded& d, const expected& wanted) {
  CHECK(d.last == publish_decoder::status::finished);
  CHECK(d.refusals.empty());
  REQUIRE(d.records.size() == 1);
  const seen_record& r = d.records[0];
  // Not in a CHECK of their own values: some are a megabyte.
  CHECK(r.text.size() == wanted.text.size());
  CHECK((r.text == wanted.text));
  CHECK(std::to_string(r.time_ns) == wanted.time_ns);
  CHECK(static_cast<std::uint64_t>(r.severity) == wanted.severity);
  if (!wanted.fields) {
    CHECK(r.fields.empty());
    return;
  }
  json_document seen;
  const std::string json = fields_json(r.fields);
  CAPTURE(json);
  REQUIRE(!seen.parse(json));
  CHECK(same(wanted.fields, seen.root()));
}

}  // namespace

TEST_CASE("the decoder reads what clients must write") {
  std::ifstream file(LOGIO_CLIENT_VECTORS);
  std::ostringstream content;
  content << file.rdbuf();
  json_document table;
  REQUIRE(!table.parse(content.str()));
  std::size_t count = 0;
  for (auto each = table.root()["vectors"].first(); each; each = each.next(), ++count) {
    const std::string name(each["name"].text());
    CAPTURE(name);
    const auto read = each["read"];
    const expected wanted{bytes_of(read["text"]), read["time_ns"].text(),
                          read["severity"].whole_number().value_or(0), read["fields"]};
    const std::string line = bytes_of(each["wire"]);
    check(decode_record(line), wanted);
    check(decode_record(line, {.fast_paths = false}), wanted);
    if (line.size() < 1000) check(decode(topic + line, {}, 1), wanted);
  }
  CHECK(count >= 100);
}
