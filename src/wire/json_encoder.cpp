#include "logio/wire/json_encoder.hpp"

#include <charconv>
#include <cstring>

#include "wire/fields_json.hpp"
#include "wire/json_text.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t epoch_digits = 16;
constexpr std::uint64_t positions_per_front = 100;  // two digits
constexpr std::size_t position_digits_max = 20;
constexpr std::size_t cursor_bytes_max = epoch_digits + 1 + position_digits_max;
constexpr std::size_t short_text_bytes = 1024;

constexpr std::string_view arrived_key = "\",\"arrived\":\"";
constexpr std::string_view fields_key = ",\"fields\":";

// Everything around topic, text and fields.
constexpr std::size_t object_bytes_max =
    sizeof R"({"cursor":"","time":"","arrived":"","severity":255,"text":"","fields":})" +
    cursor_bytes_max + 2 * record::rfc3339_bytes;
constexpr std::size_t event_bytes_max = sizeof "id: \ndata: \n\n" + cursor_bytes_max;

template <std::size_t N>
char* put(char* out, const char (&literal)[N]) noexcept {
  std::memcpy(out, literal, N - 1);
  return out + N - 1;
}

/// Copies without a call what is usually short: 16 bytes at a time, the last ones overlap.
char* put_short(char* out, std::string_view bytes) noexcept {
  constexpr std::size_t step = 16;
  const std::size_t size = bytes.size();
  if (size < step) {
    if (size != 0) std::memcpy(out, bytes.data(), size);
    return out + size;
  }
  for (std::size_t at = 0; at + step <= size; at += step) {
    std::memcpy(out + at, bytes.data() + at, step);
  }
  std::memcpy(out + size - step, bytes.data() + size - step, step);
  return out + size;
}

char* put_severity(char* out, record::severity_number severity) noexcept {
  out = put(out, R"("severity":)");
  if (severity >= 100) *out++ = static_cast<char>('0' + severity / 100);
  if (severity >= 10) *out++ = static_cast<char>('0' + severity / 10 % 10);
  *out++ = static_cast<char>('0' + severity % 10);
  *out++ = ',';
  return out;
}

/// Nothing when there are none or they are not well-formed.
char* put_fields(char* out, std::string_view fields) noexcept {
  char* const begin = out + fields_key.size();
  char* const end = put_fields_json(begin, fields);
  constexpr std::ptrdiff_t empty_bytes = 2;
  if (end == nullptr || end - begin == empty_bytes) return out;
  std::memcpy(out, fields_key.data(), fields_key.size());
  return end;
}

std::size_t object_bound(const record::view& r, std::string_view topic_members) noexcept {
  const std::string_view text = r.text(), fields = r.fields();
  const std::size_t text_bytes = text.size() <= short_text_bytes
                                     ? json_text_growth_max * text.size()
                                     : json_text_bytes(text);
  return object_bytes_max + topic_members.size() + text_bytes +
         (fields.empty() ? 0 : fields_json_bound(fields));
}

}  // namespace

json_encoder::json_encoder(std::uint64_t epoch) {
  constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < epoch_digits; ++i) {
    cursor_[i] = digits[epoch >> (4 * (epoch_digits - 1 - i)) & 15];
  }
  cursor_[epoch_digits] = '-';
  cursor_bytes_ = epoch_digits + 1;
  enter_arrival(0);
}

std::size_t json_encoder::ndjson_bound(const record::view& r,
                                       std::string_view topic_members) const noexcept {
  return object_bound(r, topic_members) + 1;
}

std::size_t json_encoder::sse_bound(const record::view& r,
                                    std::string_view topic_members) const noexcept {
  return object_bound(r, topic_members) + event_bytes_max;
}

char* json_encoder::encode_ndjson(char* out, const record::view& r,
                                  std::string_view topic_members, std::uint64_t position,
                                  std::int64_t arrival_ns) noexcept {
  enter_position(position);
  out = put_object(out, r, topic_members, position, arrival_ns);
  *out++ = '\n';
  return out;
}

char* json_encoder::encode_sse(char* out, const record::view& r, std::string_view topic_members,
                               std::uint64_t position, std::int64_t arrival_ns) noexcept {
  enter_position(position);
  out = put_cursor(put(out, "id: "), position);
  out = put_object(put(out, "\ndata: "), r, topic_members, position, arrival_ns);
  return put(out, "\n\n");
}

inline char* json_encoder::put_cursor(char* out, std::uint64_t position) const noexcept {
  std::memcpy(out, cursor_, sizeof cursor_);
  out += cursor_bytes_;
  const auto last = static_cast<std::uint32_t>(position - first_position_);
  const std::uint32_t tens = last / 10;
  *out = static_cast<char>('0' + tens);
  out += tens != 0 || first_position_ != 0 ? 1 : 0;
  *out = static_cast<char>('0' + last % 10);
  return out + 1;
}

inline char* json_encoder::put_object(char* out, const record::view& r,
                                      std::string_view topic_members, std::uint64_t position,
                                      std::int64_t arrival_ns) noexcept {
  out = put_cursor(put(out, R"({"cursor":")"), position);
  out = put(out, R"(","time":")");
  time_.write(r.time_ns(), out);
  out += record::rfc3339_bytes;
  if (arrival_ns != arrival_ns_) enter_arrival(arrival_ns);
  std::memcpy(out, arrived_, sizeof arrived_);
  out = put_short(out + arrived_bytes, topic_members);
  if (r.severity() != 0) out = put_severity(out, r.severity());
  out = put_json_text(put(out, R"("text":")"), r.text());
  *out++ = '"';
  if (!r.fields().empty()) out = put_fields(out, r.fields());
  *out++ = '}';
  return out;
}

inline void json_encoder::enter_position(std::uint64_t position) noexcept {
  if (position >= first_position_ && position - first_position_ < positions_per_front) return;
  change_front(position / positions_per_front);
}

void json_encoder::change_front(std::uint64_t front) noexcept {
  first_position_ = front * positions_per_front;
  char* const place = cursor_ + epoch_digits + 1;
  char* const end =
      front == 0 ? place : std::to_chars(place, cursor_ + sizeof cursor_, front).ptr;
  cursor_bytes_ = static_cast<std::size_t>(end - cursor_);
}

void json_encoder::enter_arrival(std::int64_t arrival_ns) noexcept {
  static_assert(arrived_key.size() + record::rfc3339_bytes + 2 == arrived_bytes);
  static_assert(arrived_bytes <= sizeof arrived_);
  std::memcpy(arrived_, arrived_key.data(), arrived_key.size());
  arrival_.write(arrival_ns, arrived_ + arrived_key.size());
  std::memcpy(arrived_ + arrived_bytes - 2, "\",", 2);
  arrival_ns_ = arrival_ns;
}

}  // namespace logio::wire
