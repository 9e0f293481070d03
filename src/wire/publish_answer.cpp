#include "logio/wire/publish_answer.hpp"

#include <array>
#include <charconv>
#include <iterator>

#include <fmt/core.h>

#include "logio/base/json_string.hpp"
#include "wire/object_reader.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t word_bytes_max = 64;
constexpr std::size_t shown_message_bytes_max = 4096;

enum answer_key : std::size_t { logio, epoch, ack, numbered, error };
constexpr std::array<key_spec, 5> answer_schema = {{{"logio", word_bytes_max},
                                                    {"epoch", word_bytes_max},
                                                    {"ack", word_bytes_max},
                                                    {"numbered", word_bytes_max},
                                                    {"error", 2 * shown_message_bytes_max}}};

enum error_key : std::size_t { code_of, message_of, record_of };
constexpr std::array<key_spec, 3> error_schema = {{{"code", word_bytes_max},
                                                   {"message", shown_message_bytes_max},
                                                   {"record", word_bytes_max}}};

bool read_object(object_reader& into, std::string_view text) {
  if (!text.starts_with('{')) return false;
  return into.read(text.data(), text.data() + text.size(), 0).what ==
         object_reader::state::complete;
}

/// Nothing when it is not a whole number.
std::optional<std::uint64_t> number(const object_reader::value& v) {
  std::uint64_t out = 0;
  const char* const end = v.bytes.data() + v.bytes.size();
  const auto [behind, wrong] = std::from_chars(v.bytes.data(), end, out);
  if (v.type != json_type::number || wrong != std::errc{} || behind != end) return std::nullopt;
  return out;
}

std::optional<publish_answer> read_error(std::string_view text) {
  object_reader object(error_schema);
  if (!read_object(object, text)) return std::nullopt;
  publish_answer out;
  out.what = publish_answer::kind::error;
  out.code = object.get(code_of).bytes;
  out.message = object.get(message_of).bytes;
  out.record = number(object.get(record_of)).value_or(0);
  return out;
}

}  // namespace

void append_greeting(std::string& out, std::uint64_t epoch, std::uint64_t ack, bool numbered) {
  fmt::format_to(std::back_inserter(out),
                 "{{\"logio\":1,\"epoch\":\"{:016x}\",\"ack\":{}{}}}\n", epoch, ack,
                 numbered ? ",\"numbered\":true" : "");
}

void append_ack(std::string& out, std::uint64_t ack) {
  fmt::format_to(std::back_inserter(out), "{{\"ack\":{}}}\n", ack);
}

void append_error(std::string& out, const refusal& why) {
  fmt::format_to(std::back_inserter(out), "{{\"error\":{{\"code\":\"{}\",\"message\":",
                 code(why.error));
  base::append_json_string(out, why.message);
  if (why.record != 0) fmt::format_to(std::back_inserter(out), ",\"record\":{}", why.record);
  out += "}}\n";
}

std::optional<publish_answer> read_answer(std::string_view line) {
  object_reader object(answer_schema);
  if (!read_object(object, line)) return std::nullopt;
  if (object.get(error).type == json_type::object) return read_error(object.get(error).bytes);
  const auto acked = number(object.get(ack));
  if (!acked) return std::nullopt;
  publish_answer out;
  out.ack = *acked;
  if (object.get(logio).type == json_type::none) return out;
  out.what = publish_answer::kind::greeting;
  out.epoch = object.get(epoch).bytes;
  out.numbered = object.get(numbered).bytes == "true";
  return out;
}

}  // namespace logio::wire
