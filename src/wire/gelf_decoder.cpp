#include "logio/wire/gelf_decoder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_set>
#include <utility>

#include "logio/base/digits.hpp"
#include "logio/base/result.hpp"
#include "logio/record/severity.hpp"
#include "wire/add_record.hpp"
#include "wire/choose_fields.hpp"
#include "wire/fields.hpp"
#include "wire/json_scan.hpp"
#include "wire/whole_object.hpp"

namespace logio::wire {
namespace {

using value = object_reader::value;

constexpr std::size_t line_bytes_min = 64;
constexpr std::size_t number_bytes_max = 64;
constexpr std::size_t fraction_digits = 9;
constexpr std::int64_t second_ns = 1'000'000'000;

enum key : std::size_t {
  version, host, short_message, full_message, message, timestamp, level, app, proc, key_count
};
constexpr std::array<std::string_view, key_count> names = {
    "version", "host",  "short_message", "full_message", "message",
    "timestamp", "level", "_app",          "_proc"};
static_assert(key_count <= object_reader::keys_max);

bool same_name(std::string_view name, std::string_view lower_case) noexcept {
  return std::ranges::equal(name, lower_case, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  });
}

bool is_text(const value& v) noexcept { return v.type == json_type::string; }
bool is_whole(const value& v) noexcept { return v.total == v.bytes.size(); }

/// Seconds with a fraction, to the nanosecond and without the detour over a double, which has not
/// so many digits. Nothing for any other form.
std::optional<std::int64_t> plain_time_ns(std::string_view text) noexcept {
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc{} || *text.data() == '-') return std::nullopt;
  std::int64_t fraction = 0;
  if (at != end) {
    if (*at++ != '.' || at == end || !std::all_of(at, end, base::is_digit)) return std::nullopt;
    for (std::size_t i = 0; i < fraction_digits; ++i) {
      fraction = fraction * 10 + (at != end ? *at++ - '0' : 0);
    }
  }
  constexpr std::int64_t seconds_max = std::numeric_limits<std::int64_t>::max() / second_ns - 1;
  if (seconds > seconds_max) return std::nullopt;
  const std::int64_t ns = seconds * second_ns + fraction;
  return minus ? -ns : ns;
}

/// With an exponent: as exact as a double is, to the microsecond.
std::optional<std::int64_t> any_time_ns(std::string_view text) noexcept {
  if (const auto plain = plain_time_ns(text)) return plain;
  // What JSON writes as a number, for it may stand in a string.
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (text.size() <= first || !base::is_digit(text[first]) || !base::is_digit(text.back())) {
    return std::nullopt;
  }
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, seconds);
  constexpr double seconds_max = 9.2e9;
  if (error != std::errc{} || at != end || !(std::abs(seconds) < seconds_max)) return std::nullopt;
  return std::llround(seconds * 1e6) * 1000;
}

/// Whether `text` begins with `line`, as a short message is to be of the full one.
bool begins_with_line(std::string_view text, std::string_view line) noexcept {
  const std::size_t last = line.find_last_not_of(" \t\r\n");
  line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return line == "-" || text.starts_with(line) ||
         (first != std::string_view::npos && text.substr(first).starts_with(line));
}

}  // namespace

class gelf_decoder::body {
 public:
  explicit body(options limits)
      : limits_(limits),
        keys_{{{names[version], number_bytes_max},
               {names[host], record::topic_value_bytes_max + 1},
               {names[short_message], limits.line_bytes_max},
               {names[full_message], limits.line_bytes_max},
               {names[message], limits.line_bytes_max},
               {names[timestamp], number_bytes_max},
               {names[level], number_bytes_max},
               {names[app], record::topic_value_bytes_max + 1},
               {names[proc], record::topic_value_bytes_max + 1}}} {}

  std::optional<std::string> decode(std::string_view json, const record::topic_view& otherwise,
                                    std::int64_t arrival_ns, gelf_record& out);

 private:
  std::optional<std::string> read(std::string_view json);
  const value& get(key k) const noexcept { return object_.get(k); }
  void set_text(gelf_record& out);
  void set_time(std::int64_t arrival_ns, gelf_record& out);
  void set_severity(gelf_record& out);
  void set_topic(const record::topic_view& otherwise, gelf_record& out);
  void set_fields(gelf_record& out);
  std::optional<std::string_view> field_name(std::string_view name) const;

  const options limits_;
  const std::array<key_spec, key_count> keys_;
  whole_object object_{keys_};
  std::string all_, entries_;
  std::array<bool, key_count> used_{};  ///< it is in the record otherwise than as a field
  std::uint64_t cut_bytes_ = 0;
  std::unordered_set<std::string_view> seen_;
};

std::optional<std::string> gelf_decoder::body::decode(std::string_view json,
                                                      const record::topic_view& otherwise,
                                                      std::int64_t arrival_ns, gelf_record& out) {
  if (auto wrong = read(json)) return wrong;
  if (!is_text(get(short_message)) && !is_text(get(message))) {
    return "not GELF: the object has no short_message that is a string";
  }
  out.head = {};
  out.replaced_surrogates = 0;
  if (auto wrong = fields_from_json(json, all_, out.replaced_surrogates)) {
    return "not GELF: " + *wrong;
  }
  used_ = {};
  used_[version] = true;
  set_text(out);
  set_time(arrival_ns, out);
  set_severity(out);
  set_topic(otherwise, out);
  set_fields(out);
  out.head.text_bytes = static_cast<std::uint32_t>(out.text.size());
  out.head.fields_bytes = static_cast<std::uint32_t>(out.fields.size());
  return std::nullopt;
}

std::optional<std::string> gelf_decoder::body::read(std::string_view json) {
  const char* const end = json.data() + json.size();
  const char* const begin = skip_json_space(json.data(), end);
  if (begin == end) return "not GELF: it is empty";
  if (*begin != '{') return fmt::format("not GELF: no JSON object begins with {}",
                                        shown_byte(*begin));
  if (json.size() > limits_.object_bytes_max) {
    return fmt::format("not GELF: {} bytes of JSON; at most {} are taken", json.size(),
                       limits_.object_bytes_max);
  }
  const std::size_t offset = bytes_between(json.data(), begin);
  if (auto wrong = object_.read(json.substr(offset), offset)) {
    return "not GELF: not JSON: " + *wrong;
  }
  return std::nullopt;
}

void gelf_decoder::body::set_text(gelf_record& out) {
  const key brief = is_text(get(short_message)) ? short_message : message;
  const value& full = get(full_message);
  const bool has_full = is_text(full) && full.total > 0;
  const value& text = has_full ? full : get(brief);
  used_[brief] = !has_full || begins_with_line(full.bytes, get(brief).bytes);
  used_[full_message] = is_text(full);
  const text_cut at = cut_text({text.bytes, text.total}, limits_.line_bytes_max);
  out.text.assign(text.bytes, 0, at.kept_bytes);
  if (out.text.find('\n') != std::string::npos) out.head.flags |= record::inner_newline;
  if (at.cut_bytes > 0) out.head.flags |= record::cut_text;
  out.text += at.note;
  cut_bytes_ = at.cut_bytes;
}

void gelf_decoder::body::set_time(std::int64_t arrival_ns, gelf_record& out) {
  const value& v = get(timestamp);
  if ((is_text(v) || v.type == json_type::number) && is_whole(v)) {
    if (const auto time_ns = any_time_ns(v.bytes)) {
      out.head.time_ns = *time_ns;
      used_[timestamp] = true;
      return;
    }
  }
  out.head.time_ns = arrival_ns;
  out.head.flags |= record::arrival_time;
}

void gelf_decoder::body::set_severity(gelf_record& out) {
  const value& v = get(level);
  if (!is_text(v) && v.type != json_type::number) return;
  if (v.total != 1 || !base::is_digit(v.bytes[0])) return;
  if (const auto severity = record::severity_of_syslog(static_cast<unsigned>(v.bytes[0] - '0'))) {
    out.head.severity = *severity;
    used_[level] = true;
  }
}

void gelf_decoder::body::set_topic(const record::topic_view& otherwise, gelf_record& out) {
  out.topic.app = otherwise.app;
  out.topic.proc = otherwise.proc;
  out.topic.host = otherwise.host;
  const auto take = [&](key k, std::string& to) {
    const value& v = get(k);
    if (!is_text(v) || !is_whole(v)) return;
    // A value is legal in each place of a topic, or in none; only app may not be empty.
    const record::topic_view alone{"a", "", v.bytes};
    if (record::check(alone)) return;
    used_[k] = true;
    if (!v.bytes.empty()) to = v.bytes;
  };
  take(host, out.topic.host);
  take(app, out.topic.app);
  take(proc, out.topic.proc);
}

/// What the field is called that is made of this member. Nothing when none is.
std::optional<std::string_view> gelf_decoder::body::field_name(std::string_view name) const {
  for (std::size_t k = 0; k < key_count; ++k) {
    if (used_[k] && same_name(name, names[k])) return std::nullopt;
  }
  return name.starts_with('_') ? name.substr(1) : name;
}

void gelf_decoder::body::set_fields(gelf_record& out) {
  using chosen_name = std::optional<std::string_view>;
  seen_.clear();
  choose_fields(all_, entries_, out.fields, [&](std::string_view given, const field_item& item,
                                                std::string_view) -> chosen_name {
    const auto name = field_name(given);
    if (!name || item.what == field_kind::nil || !seen_.insert(*name).second) return {};
    return name;
  });
  if (cut_bytes_ > 0) add_cut_bytes(out.fields, cut_bytes_);
}

gelf_decoder::gelf_decoder(options limits) : body_(std::make_unique<body>(limits)) {
  LOGIO_ASSERT(limits.line_bytes_max >= line_bytes_min, "a text has room for the note of a cut");
}
gelf_decoder::gelf_decoder() : gelf_decoder(options{}) {}
gelf_decoder::~gelf_decoder() = default;
gelf_decoder::gelf_decoder(gelf_decoder&&) noexcept = default;
gelf_decoder& gelf_decoder::operator=(gelf_decoder&&) noexcept = default;

std::optional<std::string> gelf_decoder::decode(std::string_view json,
                                                const record::topic_view& otherwise,
                                                std::int64_t arrival_ns, gelf_record& out) {
  return body_->decode(json, otherwise, arrival_ns, out);
}

}  // namespace logio::wire
