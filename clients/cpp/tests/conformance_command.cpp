#include "conformance_command.hpp"

#include <charconv>
#include <utility>

#include "logio/base/json_string.hpp"
#include "support/from_base64.hpp"

namespace logio::client {
namespace {

void append_value(std::string& out, wire::json_value value) {
  using wire::json_kind;
  const auto append_inside = [&](char open, char close) {
    char before = open;
    for (auto each = value.first(); each; each = each.next()) {
      out += std::exchange(before, ',');
      if (open == '{') {
        base::append_json_string(out, each.key());
        out += ':';
      }
      append_value(out, each);
    }
    if (before == open) out += open;
    out += close;
  };
  switch (value.kind()) {
    case json_kind::object: return append_inside('{', '}');
    case json_kind::array: return append_inside('[', ']');
    case json_kind::string: return base::append_json_string(out, value.text());
    case json_kind::number:
    case json_kind::boolean: out += value.text(); return;
    case json_kind::null:
    case json_kind::absent: out += "null"; return;
  }
}

}  // namespace

command::command(std::string_view line) {
  if (const auto wrong = document_.parse(line)) {
    error_ = *wrong;
  } else if (document_.root().kind() != wire::json_kind::object) {
    error_ = "no object";
  }
}

std::string command::text() const {
  const auto root = document_.root();
  if (const auto coded = root["base64"]) return testing::from_base64(coded.text());
  return std::string(root["text"].text());
}

std::string command::word(std::string_view key) const {
  return std::string(document_.root()[key].text());
}

std::uint64_t command::number(std::string_view key) const {
  return document_.root()[key].whole_number().value_or(0);
}

std::optional<std::int64_t> command::time_ns() const {
  const std::string_view text = document_.root()["time_ns"].text();
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return out;
}

std::string command::fields() const {
  std::string out;
  if (const auto value = document_.root()["fields"]) append_value(out, value);
  return out;
}

std::string command::filter(std::string_view key) const {
  return std::string(document_.root()["filter"][key].text());
}

std::vector<std::string> command::filters(std::string_view key) const {
  const auto value = document_.root()["filter"][key];
  std::vector<std::string> out;
  if (value.kind() == wire::json_kind::string) out.emplace_back(value.text());
  if (value.kind() != wire::json_kind::array) return out;
  for (auto each = value.first(); each; each = each.next()) out.emplace_back(each.text());
  return out;
}

std::optional<std::uint64_t> command::tail() const {
  return document_.root()["filter"]["tail"].whole_number();
}

}  // namespace logio::client
