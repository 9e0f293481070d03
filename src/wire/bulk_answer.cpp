#include "logio/wire/bulk_answer.hpp"

#include <array>
#include <charconv>
#include <limits>

#include "logio/base/utf8.hpp"
#include "wire/json_scan.hpp"
#include "wire/object_reader.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t item_bytes_max = std::size_t{64} << 10;
constexpr std::size_t reason_bytes_max = std::size_t{2} << 10;
constexpr std::size_t type_bytes_max = 256;

enum answer_key : std::size_t { answer_errors, answer_items, answer_error };
constexpr std::array<key_spec, 3> answer_schema = {
    {{"errors", 8}, {"items", std::numeric_limits<std::size_t>::max()}, {"error", item_bytes_max}}};

// The result's name is that of the action.
constexpr std::array<key_spec, 2> item_schema = {{{"create", item_bytes_max},
                                                  {"index", item_bytes_max}}};

enum result_key : std::size_t { result_status, result_error };
constexpr std::array<key_spec, 2> result_schema = {{{"status", 8}, {"error", item_bytes_max}}};

enum error_key : std::size_t { error_type, error_reason, error_cause };
constexpr std::array<key_spec, 3> error_schema = {
    {{"type", type_bytes_max},
     {"reason", reason_bytes_max + 4},  // so that the cut is seen to be inside a character
     {"caused_by", item_bytes_max}}};

/// Reads one object and leaves `at` behind it. False: there is none.
bool read_object(object_reader& reader, const char*& at, const char* end) {
  reader.restart();
  const auto did = reader.read(at, end, 0);
  if (did.what != object_reader::state::complete) return false;
  at = did.at + 1;
  return true;
}

bool read_object(object_reader& reader, std::string_view text) {
  const char* at = text.data();
  return read_object(reader, at, at + text.size());
}

void append_line(std::string& out, std::string_view text) {
  for (const char c : text.substr(0, base::utf8_cut(text, reason_bytes_max))) {
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
}

class answer_reader {
 public:
  std::optional<std::string> read(std::string_view json, bulk_answer& out);
  std::string read_error(std::string_view json);

 private:
  bool read_item(const char*& at, const char* end, bulk_item& out);
  void read_reason(const object_reader::value& error, std::string& type, std::string& why);

  object_reader answer_{answer_schema}, item_{item_schema}, result_{result_schema},
      error_{error_schema}, cause_{error_schema};
};

std::optional<std::string> answer_reader::read(std::string_view json, bulk_answer& out) {
  out.errors = false;
  std::size_t count = 0;
  if (!read_object(answer_, json)) {
    return answer_.error().empty() ? "the answer is cut off" : "the answer: " + answer_.error();
  }
  const auto& errors = answer_.get(answer_errors);
  if (errors.type != json_type::boolean) return "the answer has no \"errors\"";
  out.errors = errors.bytes == "true";
  if (out.errors) {
    const auto& items = answer_.get(answer_items);
    if (items.type != json_type::array) return "the answer has no \"items\"";
    const char* at = items.bytes.data() + 1;
    const char* const end = items.bytes.data() + items.bytes.size();
    for (; at != end && *at != ']';) {
      if (is_json_space(*at) || *at == ',') {
        ++at;
        continue;
      }
      if (count == out.items.size()) out.items.emplace_back();
      if (!read_item(at, end, out.items[count++])) return "an item of the answer is no object";
    }
  }
  out.items.resize(count);
  return std::nullopt;
}

bool answer_reader::read_item(const char*& at, const char* end, bulk_item& out) {
  out.status = 0;
  out.type.clear();
  out.why.clear();
  if (!read_object(item_, at, end)) return false;
  for (std::size_t action = 0; action < item_schema.size(); ++action) {
    const auto& result = item_.get(action);
    // What is longer than is kept has its status in front of its error, or it has none.
    if (result.type != json_type::object) continue;
    read_object(result_, result.bytes);
    const std::string& status = result_.get(result_status).bytes;
    std::from_chars(status.data(), status.data() + status.size(), out.status);
    read_reason(result_.get(result_error), out.type, out.why);
  }
  return true;
}

void answer_reader::read_reason(const object_reader::value& error, std::string& type,
                                std::string& why) {
  if (error.type == json_type::string) return append_line(why, error.bytes);
  if (error.type != json_type::object) return;
  read_object(error_, error.bytes);
  type = error_.get(error_type).bytes;
  append_line(why, type);
  why += ": ";
  append_line(why, error_.get(error_reason).bytes);
  const auto& cause = error_.get(error_cause);
  if (cause.type != json_type::object) return;
  read_object(cause_, cause.bytes);
  why += ": ";
  append_line(why, cause_.get(error_type).bytes);
  why += ": ";
  append_line(why, cause_.get(error_reason).bytes);
}

std::string answer_reader::read_error(std::string_view json) {
  std::string type, why;
  if (read_object(answer_, json)) read_reason(answer_.get(answer_error), type, why);
  return why;
}

}  // namespace

std::optional<std::string> read_bulk_answer(std::string_view json, bulk_answer& out) {
  return answer_reader().read(json, out);
}

std::string read_search_error(std::string_view json) { return answer_reader().read_error(json); }

}  // namespace logio::wire
