#include "wire/fields.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <simdjson.h>

#include "logio/base/utf8.hpp"
#include "wire/fields_writer.hpp"
#include "wire/json_scan.hpp"

namespace logio::wire {
namespace {

namespace json = simdjson::ondemand;

constexpr std::size_t idle_bytes_max = 256 << 10;

/// What the conversion needs again and again; one per thread.
struct workplace {
  json::parser parser{};
  std::string text;    // with simdjson's padding, and UTF-8 everywhere
  std::string string;  // one string, decoded
};

int four_hex(const char* at) noexcept {
  return hex_value(at[0]) << 12 | hex_value(at[1]) << 8 | hex_value(at[2]) << 4 | hex_value(at[3]);
}

/// Decodes the legal JSON string whose first byte, behind the quote, is at `at`.
void decode_string(const char* at, const char* end, std::string& out, std::uint64_t& replaced) {
  out.clear();
  for (;;) {
    const char* const special = find_json_special(at, end);
    out.append(at, special);
    if (special == end || *special == '"') return;
    at = special + 2;
    if (special[1] != 'u') {
      out += simple_escape(special[1]);
      continue;
    }
    auto code_point = static_cast<std::uint32_t>(four_hex(at));
    at += 4;
    if ((code_point & 0xfc00) == 0xd800 && at[0] == '\\' && at[1] == 'u' &&
        (four_hex(at + 2) & 0xfc00) == 0xdc00) {
      const auto low = static_cast<std::uint32_t>(four_hex(at + 2));
      code_point = 0x10000 + ((code_point & 0x3ff) << 10 | (low & 0x3ff));
      at += 6;
    } else if ((code_point & 0xf800) == 0xd800) {
      code_point = 0xfffd;
      ++replaced;
    }
    char utf8[4];
    out.append(utf8, base::utf8_put(utf8, code_point));
  }
}

class fields_converter {
 public:
  fields_converter(std::string_view original, workplace& at, std::string& out,
                   std::uint64_t& replaced)
      : original_(original), at_(at), writer_(out), replaced_(replaced) {}

  simdjson::error_code object(json::object from) {
    std::size_t count = 0;
    if (auto error = from.count_fields().get(count)) return error;
    writer_.map(static_cast<std::uint32_t>(count));
    for (auto field : from) {
      json::raw_json_string key;
      if (auto error = field.key().get(key)) return error;
      string(key);
      json::value value;
      if (auto error = field.value().get(value)) return error;
      if (auto error = any(value)) return error;
    }
    return simdjson::SUCCESS;
  }

 private:
  simdjson::error_code array(json::array from) {
    std::size_t count = 0;
    if (auto error = from.count_elements().get(count)) return error;
    writer_.array(static_cast<std::uint32_t>(count));
    for (auto element : from) {
      json::value value;
      if (auto error = element.get(value)) return error;
      if (auto error = any(value)) return error;
    }
    return simdjson::SUCCESS;
  }

  simdjson::error_code any(json::value value) {
    json::json_type type{};
    if (auto error = value.type().get(type)) return error;
    switch (type) {
      case json::json_type::object: {
        json::object inner;
        if (auto error = value.get_object().get(inner)) return error;
        return object(inner);
      }
      case json::json_type::array: {
        json::array inner;
        if (auto error = value.get_array().get(inner)) return error;
        return array(inner);
      }
      case json::json_type::string: {
        json::raw_json_string text;
        if (auto error = value.get_raw_json_string().get(text)) return error;
        string(text);
        return simdjson::SUCCESS;
      }
      case json::json_type::number: return number(value);
      case json::json_type::boolean: {
        bool truth = false;
        if (auto error = value.get_bool().get(truth)) return error;
        writer_.boolean(truth);
        return simdjson::SUCCESS;
      }
      default: {
        bool is_null = false;
        if (auto error = value.is_null().get(is_null)) return error;
        writer_.nil();
        return simdjson::SUCCESS;
      }
    }
  }

  simdjson::error_code number(json::value value) {
    json::number_type type{};
    if (auto error = value.get_number_type().get(type)) return error;
    if (type == json::number_type::signed_integer) {
      std::int64_t whole = 0;
      if (auto error = value.get_int64().get(whole)) return error;
      writer_.integer(whole);
      return simdjson::SUCCESS;
    }
    if (type == json::number_type::unsigned_integer) {
      std::uint64_t whole = 0;
      if (auto error = value.get_uint64().get(whole)) return error;
      writer_.natural(whole);
      return simdjson::SUCCESS;
    }
    double real = 0;
    if (auto error = value.get_double().get(real)) return error;
    writer_.real(real);
    return simdjson::SUCCESS;
  }

  /// The string at the same place of the original, whose bytes need not be UTF-8.
  void string(json::raw_json_string text) {
    const auto offset = static_cast<std::size_t>(text.raw() - at_.text.data());
    decode_string(original_.data() + offset, original_.data() + original_.size(), at_.string,
                  replaced_);
    writer_.string(at_.string);
  }

  std::string_view original_;
  workplace& at_;
  fields_writer writer_;
  std::uint64_t& replaced_;
};

}  // namespace

std::optional<std::string> fields_from_json(std::string_view text, std::string& out,
                                            std::uint64_t& replaced_surrogates) {
  thread_local workplace at;
  out.clear();
  at.text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  at.text.assign(text);
  // simdjson takes UTF-8 only. Other bytes stand inside strings alone, and strings are decoded
  // from the original: in its copy any letter will do.
  if (!is_utf8(text)) {
    std::ranges::replace_if(at.text, [](char c) { return static_cast<signed char>(c) < 0; }, '?');
  }
  const auto convert = [&]() -> simdjson::error_code {
    json::document document;
    json::object top;
    const simdjson::padded_string_view padded(at.text.data(), at.text.size(), at.text.capacity());
    if (auto error = at.parser.iterate(padded).get(document)) return error;
    if (auto error = document.get_object().get(top)) return error;
    return fields_converter(text, at, out, replaced_surrogates).object(top);
  };
  const simdjson::error_code error = convert();
  if (at.text.capacity() > idle_bytes_max) at = workplace();
  if (error == simdjson::NUMBER_ERROR) return "a number is too large for 64 bits";
  if (error != simdjson::SUCCESS) return simdjson::error_message(error);
  if (read_map_head(out).count == 0) out.clear();
  return std::nullopt;
}

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

void add_cut_bytes(std::string& fields, std::uint64_t count) {
  const map_head head = fields.empty() ? map_head{0, 0} : read_map_head(fields);
  std::string extended;
  fields_writer writer(extended);
  writer.map(head.count + 1);
  extended.append(fields, head.bytes);
  writer.string("cut_bytes");
  writer.natural(count);
  fields = std::move(extended);
}

}  // namespace logio::wire
