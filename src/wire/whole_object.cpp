#include "wire/whole_object.hpp"

#include <fmt/core.h>

#include <utility>

#include "wire/json_scan.hpp"

namespace logio::wire {
namespace {

using state = object_reader::state;

constexpr const char* cut_off = "it is cut off";

std::string follows(const char* what, std::uint64_t place) {
  return fmt::format("{} follows the value at byte {}", shown_byte(*what), place);
}

/// The first comma that is inside of no bracket, or null. REQUIRES: `json` is the inside of a JSON
/// array or object.
const char* find_outer_comma(std::string_view json) noexcept {
  const char* const end = json.data() + json.size();
  std::size_t depth = 0;
  for (const char* at = json.data(); at != end; ++at) {
    if (*at == '[' || *at == '{') ++depth;
    if (*at == ']' || *at == '}') --depth;
    if (*at == ',' && depth == 0) return at;
    if (*at == '"') at = skip_json_string(at, end);
  }
  return nullptr;
}

}  // namespace

void whole_object::begin() {
  if (!std::exchange(reusable_, false)) reader_ = object_reader(schema_);
  reader_.restart();
}

std::optional<std::string> whole_object::end() {
  reusable_ = true;
  if (reader_.problem().empty()) return std::nullopt;
  return reader_.problem();
}

std::optional<std::string> whole_object::read(std::string_view json, std::uint64_t offset) {
  begin();
  const char* const end_of_json = json.data() + json.size();
  const auto did = reader_.read(json.data(), end_of_json, offset);
  if (did.what == state::failed) return reader_.error();
  if (did.what != state::complete) return cut_off;
  const char* const behind = skip_json_space(did.at + 1, end_of_json);
  if (behind != end_of_json) return follows(behind, offset + bytes_between(json.data(), behind));
  return end();
}

/// As the only member of an object: the reader knows no other beginning.
std::optional<std::string> whole_object::read_other(std::string_view json, std::uint64_t offset) {
  constexpr std::string_view before = "{\"\":", after = "}";
  begin();
  (void)reader_.read(before.data(), before.data() + before.size(), 0);
  const auto did = reader_.read(json.data(), json.data() + json.size(), offset);
  if (did.what == state::failed) return reader_.error();
  if (did.what == state::complete) {
    return follows(did.at, offset + bytes_between(json.data(), did.at));
  }
  const auto ended = reader_.read(after.data(), after.data() + after.size(), offset + json.size());
  if (ended.what != state::complete) return cut_off;
  const char* const comma = find_outer_comma(json);
  if (comma != nullptr) return follows(comma, offset + bytes_between(json.data(), comma));
  return end();
}

}  // namespace logio::wire
