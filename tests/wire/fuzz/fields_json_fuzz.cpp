// Whatever bytes stand where fields should: what is rendered is one JSON object within its bound,
// and that object, read as fields and rendered again, stays as it is.

#include <cstdint>
#include <cstring>
#include <string>

#include <simdjson.h>

#include "require.hpp"
#include "wire/fields.hpp"
#include "wire/fields_json.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

// Empty when the fields are refused.
std::string rendered(std::string_view fields) {
  std::string out(fields_json_bound(fields), '?');
  const std::size_t bound = out.size();
  out += "guard";
  char* const end = put_fields_json(out.data(), fields);
  require(out.compare(bound, 5, "guard") == 0, "nothing behind the bound");
  if (end == nullptr) return {};
  require(end >= out.data() && end <= out.data() + bound, "within the bound");
  return {out.data(), end};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string json = rendered({reinterpret_cast<const char*>(data), size});
  if (json.empty()) return 0;
  require(json.find('\n') == std::string::npos, "one line");
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  require(parser.parse(json).get(object) == simdjson::SUCCESS, "one JSON object");
  std::string fields;
  std::uint64_t replaced = 0;
  require(!fields_from_json(json, fields, replaced) && replaced == 0, "fields again");
  if (!fields.empty()) require(rendered(fields) == json, "the same again");
  return 0;
}
