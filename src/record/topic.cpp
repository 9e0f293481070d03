#include "logio/record/topic.hpp"

#include <fmt/core.h>

#include "logio/base/json_string.hpp"
#include "logio/base/utf8.hpp"

namespace logio::record {
namespace {

std::optional<std::string> check_value(std::string_view name, std::string_view value) {
  if (value.size() > topic_value_bytes_max) {
    return fmt::format("{} has {} bytes; at most {} are allowed", name, value.size(),
                       topic_value_bytes_max);
  }
  const char* const end = value.data() + value.size();
  for (const char* at = value.data(); at != end;) {
    const auto byte = static_cast<unsigned char>(*at);
    const auto offset = at - value.data();
    if (byte < 0x20 || byte == 0x7f) {
      return fmt::format("{} has a control character ({:#04x}) at byte {}", name, byte, offset);
    }
    if (byte == '[' || byte == ']') {
      return fmt::format("{} has a '{}' at byte {}; it would make text lines ambiguous", name,
                         *at, offset);
    }
    const base::utf8_step step = base::utf8_next(at, end);
    if (!step.valid) {
      return fmt::format("{} is not UTF-8 at byte {} ({:#04x})", name, offset, byte);
    }
    if (byte == 0xc2 && static_cast<unsigned char>(at[1]) < 0xa0) {  // U+0080 to U+009F
      return fmt::format("{} has a control character (U+00{:02X}) at byte {}", name,
                         static_cast<unsigned char>(at[1]), offset);
    }
    at += step.bytes;
  }
  return std::nullopt;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  base::append_json_string(out, name);
  out += ':';
  base::append_json_string(out, value);
  out += ',';
}

}  // namespace

std::optional<std::string> check(const topic_view& t) {
  if (t.app.empty()) return "app is empty";
  if (auto wrong = check_value("app", t.app)) return wrong;
  if (auto wrong = check_value("proc", t.proc)) return wrong;
  return check_value("host", t.host);
}

std::string text_label(const topic_view& t) {
  return fmt::format(" {}[{}] {}: ", t.app, t.proc, t.host);
}

std::string json_members(const topic_view& t) {
  std::string out;
  append_member(out, "app", t.app);
  append_member(out, "proc", t.proc);
  append_member(out, "host", t.host);
  return out;
}

}  // namespace logio::record
