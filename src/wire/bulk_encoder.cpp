#include "logio/wire/bulk_encoder.hpp"

#include <charconv>
#include <cstring>

#include "logio/record/severity.hpp"
#include "wire/fields_json.hpp"
#include "wire/json_text.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t position_digits_max = 20;
constexpr std::size_t short_text_bytes = 1024;
constexpr std::string_view fields_key = ",\"fields\":";

// Both lines without action, topic, message and fields.
constexpr std::size_t lines_bytes_max =
    sizeof R"(0123456789abcdef-"}}.{"@timestamp":"","log":{"level":"error"})" +
    sizeof R"(,"event":{"sequence":},"message":"","fields":}.)" + 2 * position_digits_max +
    record::rfc3339_bytes;

char* put(char* out, std::string_view bytes) noexcept {
  std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

/// Nothing when there are none or they are not well-formed.
char* put_fields(char* out, std::string_view fields) noexcept {
  char* const begin = out + fields_key.size();
  char* const end = put_fields_json(begin, fields);
  constexpr std::ptrdiff_t empty_bytes = 2;
  if (end == nullptr || end - begin == empty_bytes) return out;
  put(out, fields_key);
  return end;
}

void append_named(std::string& out, std::string_view what, std::string_view name) {
  if (name.empty()) return;
  out.append(",\"").append(what).append("\":{\"name\":");
  append_json_text(out, name);
  out += '}';
}

}  // namespace

std::string bulk_action(std::string_view index) {
  std::string out = R"({"create":{"_index":)";
  append_json_text(out, index);
  out += R"(,"_id":")";
  return out;
}

std::string bulk_topic_members(const record::topic_view& topic) {
  std::string out;
  append_named(out, "service", topic.app);
  append_named(out, "process", topic.proc);
  append_named(out, "host", topic.host);
  return out;
}

bulk_encoder::bulk_encoder(std::uint64_t epoch) noexcept {
  constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i + 1 < epoch_bytes; ++i) {
    epoch_[i] = digits[epoch >> (4 * (epoch_bytes - 2 - i)) & 15];
  }
  epoch_[epoch_bytes - 1] = '-';
}

std::size_t bulk_encoder::bound(const record::view& r, std::string_view action,
                                std::string_view topic_members) const noexcept {
  const std::string_view text = r.text(), fields = r.fields();
  const std::size_t text_bytes = text.size() <= short_text_bytes
                                     ? json_text_growth_max * text.size()
                                     : json_text_bytes(text);
  return lines_bytes_max + action.size() + topic_members.size() + text_bytes +
         (fields.empty() ? 0 : fields_json_bound(fields));
}

char* bulk_encoder::encode(char* out, const record::view& r, std::string_view action,
                           std::string_view topic_members, std::uint64_t position) noexcept {
  char digits[position_digits_max];
  const char* const digits_end = std::to_chars(digits, digits + sizeof digits, position).ptr;
  const std::string_view number(digits, static_cast<std::size_t>(digits_end - digits));
  out = put(put(out, action), {epoch_, epoch_bytes});
  out = put(put(out, number), "\"}}\n{\"@timestamp\":\"");
  time_.write(r.time_ns(), out);
  out += record::rfc3339_bytes;
  *out++ = '"';
  out = put(out, topic_members);
  if (const std::string_view level = record::severity_name(r.severity()); !level.empty()) {
    out = put(put(put(out, R"(,"log":{"level":")"), level), "\"}");
  }
  out = put(put(out, R"(,"event":{"sequence":)"), number);
  out = put_json_text(put(out, R"(},"message":")"), r.text());
  *out++ = '"';
  if (!r.fields().empty()) out = put_fields(out, r.fields());
  return put(out, "}\n");
}

}  // namespace logio::wire
