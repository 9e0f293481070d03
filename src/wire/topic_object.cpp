#include "wire/topic_object.hpp"

#include <array>
#include <charconv>

#include <fmt/core.h>

#include "logio/base/json_string.hpp"
#include "logio/base/utf8.hpp"

namespace logio::wire {
namespace {

enum key : std::size_t { app, proc, host, format, ack, client, sequence, stamped, numbered };

constexpr std::size_t value_bytes_max = 1024;
constexpr std::size_t client_characters_max = 64;

constexpr std::array<key_spec, 9> schema = {{{"app", value_bytes_max},
                                             {"proc", value_bytes_max},
                                             {"host", value_bytes_max},
                                             {"format", value_bytes_max},
                                             {"ack", value_bytes_max},
                                             {"client", value_bytes_max},
                                             {"sequence", value_bytes_max},
                                             {"stamped", value_bytes_max},
                                             {"numbered", value_bytes_max}}};
static_assert(schema.size() <= object_reader::keys_max);

using problem = std::optional<std::string>;

problem wrong_type(key k, json_type expected, json_type found) {
  return fmt::format("{}: expected {}, found {}", schema[k].name, name(expected), name(found));
}

problem read_string(const object_reader& object, key k, std::string& out) {
  const auto& v = object.get(k);
  if (v.type == json_type::none) return std::nullopt;
  if (v.type != json_type::string) return wrong_type(k, json_type::string, v.type);
  if (v.total > v.bytes.size()) return fmt::format("{} has {} bytes", schema[k].name, v.total);
  out = v.bytes;
  return std::nullopt;
}

problem read_boolean(const object_reader& object, key k, bool& out) {
  const auto& v = object.get(k);
  if (v.type == json_type::none) return std::nullopt;
  if (v.type != json_type::boolean) return wrong_type(k, json_type::boolean, v.type);
  out = v.bytes == "true";
  return std::nullopt;
}

problem read_sequence(const object_reader& object, std::uint64_t& out) {
  const auto& v = object.get(sequence);
  if (v.type == json_type::none) return std::nullopt;
  if (v.type != json_type::number) return wrong_type(sequence, json_type::number, v.type);
  const auto number = parse_sequence(v.bytes);
  if (!number) return fmt::format("sequence: expected a whole number from 1 to {}", INT64_MAX);
  out = *number;
  return std::nullopt;
}

problem read_client(const object_reader& object, std::string& out) {
  if (auto wrong = read_string(object, client, out)) return wrong;
  if (object.get(client).type == json_type::none) return std::nullopt;
  std::size_t characters = 0;
  const char* const end = out.data() + out.size();
  for (const char* at = out.data(); at != end; ++characters) {
    const base::utf8_step step = base::utf8_next(at, end);
    const auto byte = static_cast<unsigned char>(*at);
    if (!step.valid || byte < 0x20 || byte == 0x7f) {
      return fmt::format("client: {:#04x} at byte {} is a control character or not UTF-8", byte,
                         at - out.data());
    }
    at += step.bytes;
  }
  if (characters == 0 || characters > client_characters_max) {
    return fmt::format("client has {} characters; it must have 1 to {}", characters,
                       client_characters_max);
  }
  return std::nullopt;
}

problem read_format(const object_reader& object, publish_request::framing& out) {
  std::string word;
  if (auto wrong = read_string(object, format, word)) return wrong;
  if (object.get(format).type == json_type::none) return std::nullopt;
  if (word != "json" && word != "lines") {
    std::string quoted;
    base::append_json_string(quoted, word.substr(0, 64));
    return fmt::format("format: expected \"json\" or \"lines\", found {}", quoted);
  }
  out = word == "json" ? publish_request::framing::json : publish_request::framing::lines;
  return std::nullopt;
}

}  // namespace

std::span<const key_spec> topic_schema() noexcept { return schema; }

std::optional<std::uint64_t> parse_sequence(std::string_view digits) noexcept {
  std::uint64_t out = 0;
  const char* const end = digits.data() + digits.size();
  const auto [behind, error] = std::from_chars(digits.data(), end, out);
  // The last number stays free, so that counting up from it cannot wrap within any connection.
  if (error != std::errc{} || behind != end || out == 0 || out > INT64_MAX) return std::nullopt;
  return out;
}

std::optional<std::string> read_topic(const object_reader& object, publish_request& out) {
  if (object.get(app).type == json_type::none) {
    return "app is missing; the first object names the topic: {\"app\":\"…\",\"proc\":\"…\","
           "\"host\":\"…\"}";
  }
  if (auto wrong = read_string(object, app, out.topic.app)) return wrong;
  if (auto wrong = read_string(object, proc, out.topic.proc)) return wrong;
  if (auto wrong = read_string(object, host, out.topic.host)) return wrong;
  if (auto wrong = record::check(out.topic)) return wrong;
  if (auto wrong = read_format(object, out.format)) return wrong;
  if (auto wrong = read_boolean(object, ack, out.ack)) return wrong;
  if (auto wrong = read_boolean(object, stamped, out.stamped)) return wrong;
  if (auto wrong = read_client(object, out.client)) return wrong;
  if (auto wrong = read_sequence(object, out.sequence)) return wrong;
  if (auto wrong = read_boolean(object, numbered, out.numbered)) return wrong;
  if (out.stamped && out.format != publish_request::framing::lines) {
    return "stamped goes with \"format\":\"lines\" only; a JSON record has its time";
  }
  if (out.numbered && out.format != publish_request::framing::json) {
    return "numbered goes with \"format\":\"json\" only; a line has no place for its number";
  }
  return std::nullopt;
}

}  // namespace logio::wire
