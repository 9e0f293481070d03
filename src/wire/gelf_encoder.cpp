#include "logio/wire/gelf_encoder.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <fmt/core.h>

#include "logio/base/result.hpp"
#include "logio/record/severity.hpp"
#include "wire/fields_json.hpp"
#include "wire/fields_reader.hpp"
#include "wire/json_text.hpp"
#include "wire/utf8_text.hpp"

namespace logio::wire {
namespace {

constexpr std::string_view blank = " \t\r\n\f\v";

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of(blank) == std::string_view::npos;
}

std::string_view first_line(std::string_view text) noexcept {
  const std::size_t newline = text.find('\n');
  if (newline == std::string_view::npos) return text;
  text = text.substr(0, newline);
  return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

/// Seconds with milliseconds, the rest truncated towards the past.
void append_timestamp(std::string& out, std::int64_t time_ns) {
  std::int64_t ms = time_ns / 1'000'000;
  ms -= time_ns % 1'000'000 < 0 ? 1 : 0;
  const std::uint64_t size = static_cast<std::uint64_t>(ms < 0 ? -ms : ms);
  fmt::format_to(std::back_inserter(out), "{}{}.{:03}", ms < 0 ? "-" : "", size / 1000,
                 size % 1000);
}

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

class fields_appender {
 public:
  explicit fields_appender(std::string& out) noexcept : out_(out) {}

  void operator()(std::string_view name, const field_item& value, std::string_view bytes) {
    std::string key = "_";
    append_cleaned(key, name, is_name_character);
    if (key == "_id" || key == "_app" || key == "_proc") key.insert(0, 1, '_');
    const auto [place, is_new] = names_.insert(std::move(key));
    if (!is_new) return;
    out_.append(",\"").append(*place).append("\":");
    append_value(value, bytes);
  }

 private:
  void append_value(const field_item& value, std::string_view bytes) {
    if (value.what == field_kind::text) return append_json_text(out_, value.text);
    const bool nested = value.what == field_kind::array || value.what == field_kind::map;
    if (nested) {
      std::string json;
      append_value_json(json, bytes);
      return append_json_text(out_, json);
    }
    char place[field_number_bytes_max];
    const std::string_view json = field_scalar_json(value, place);
    const bool number = json[0] == '-' || (json[0] >= '0' && json[0] <= '9');
    out_.append(number ? "" : "\"").append(json).append(number ? "" : "\"");
  }

  std::string& out_;
  std::unordered_set<std::string> names_;
};

}  // namespace

gelf_encoder::gelf_encoder(std::string fallback_host) : fallback_host_(std::move(fallback_host)) {
  LOGIO_ASSERT(!is_blank(fallback_host_), "a GELF message has a host");
}

void gelf_encoder::append(std::string& out, const record::view& r,
                          const record::topic_view& topic) const {
  out += R"({"version":"1.1","host":)";
  append_json_text(out, is_blank(topic.host) ? fallback_host_ : topic.host);
  const std::string_view line = first_line(r.text());
  const std::string_view shown = is_blank(line) ? "-" : line;
  out += R"(,"short_message":)";
  append_json_text(out, shown);
  if (shown != r.text() && !r.text().empty()) {
    out += R"(,"full_message":)";
    append_json_text(out, r.text());
  }
  out += R"(,"timestamp":)";
  append_timestamp(out, r.time_ns());
  fmt::format_to(std::back_inserter(out), R"(,"level":{})", record::syslog_severity(r.severity()));
  out += R"(,"_app":)";
  append_json_text(out, topic.app);
  if (!topic.proc.empty()) {
    out += R"(,"_proc":)";
    append_json_text(out, topic.proc);
  }
  if (!r.fields().empty()) {
    const std::size_t begin = out.size();
    if (!for_each_field(r.fields(), fields_appender(out))) out.resize(begin);
  }
  out += '}';
}

void put_gelf_chunk_head(std::span<char, gelf_chunk_head_bytes> out, std::uint64_t id,
                         std::size_t sequence, std::size_t count) noexcept {
  out[0] = '\x1e';
  out[1] = '\x0f';
  for (int i = 0; i < 8; ++i) {
    out[static_cast<std::size_t>(2 + i)] = static_cast<char>(id >> (56 - 8 * i) & 0xff);
  }
  out[10] = static_cast<char>(sequence);
  out[11] = static_cast<char>(count);
}

}  // namespace logio::wire
