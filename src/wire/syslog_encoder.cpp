#include "logio/wire/syslog_encoder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/core.h>

#include "logio/base/result.hpp"
#include "logio/record/severity.hpp"
#include "wire/fields_reader.hpp"
#include "wire/utf8_text.hpp"

namespace logio::wire {
namespace {

constexpr std::size_t host_bytes_max = 255, app_bytes_max = 48, proc_bytes_max = 128;
constexpr std::size_t name_bytes_max = 32;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view cursor_name = "cursor";
constexpr std::size_t cut_note_bytes_max = sizeof " [cut: 18446744073709551615 bytes]" - 1;

bool is_printable(char c) noexcept {
  return c > ' ' && c < '\x7f';
}

template <class Legal>
void append_name(std::string& out, std::string_view value, std::size_t bytes_max, Legal legal) {
  if (value.empty()) {
    out += '-';
    return;
  }
  const std::size_t begin = out.size();
  append_cleaned(out, value, legal);
  out.resize(std::min(out.size(), begin + bytes_max));
}

void append_name(std::string& out, std::string_view value, std::size_t bytes_max) {
  append_name(out, value, bytes_max, is_printable);
}

/// Puts `escape(c)` in place of each character of `special` from `begin` on.
template <class Escape>
void escape_from(std::string& out, std::size_t begin, std::string_view special, Escape escape) {
  const std::size_t first = out.find_first_of(special, begin);
  if (first == std::string::npos) return;
  const std::string tail = out.substr(first);
  out.resize(first);
  for (const char c : tail) {
    if (special.find(c) == std::string_view::npos) {
      out += c;
    } else {
      escape(c);
    }
  }
}

/// ` name="value"`, escaped (RFC 5424, section 6.3.3).
void append_parameter(std::string& out, std::string_view name, std::string_view value) {
  out.append(" ").append(name).append("=\"");
  const std::size_t begin = out.size();
  append_utf8(out, value);
  escape_from(out, begin, "\"\\]", [&](char c) { out.append(1, '\\').append(1, c); });
  out += '"';
}

/// Cuts the text, which begins at `begin`, so that `out` ends at `end_max` or just before.
void cut_text(std::string& out, std::size_t begin, std::size_t end_max) {
  const auto note_of = [](std::size_t cut) { return fmt::format(" [cut: {} bytes]", cut); };
  const std::string_view text = std::string_view(out).substr(begin);
  const std::size_t room = end_max - begin;
  // Of a number that is not below the one that will be: the note is not longer then.
  const std::size_t note_bytes = note_of(text.size() - (room - cut_note_bytes_max)).size();
  const std::size_t kept = base::utf8_cut(text, room - note_bytes);
  const std::string note = note_of(text.size() - kept);
  out.resize(begin + kept);
  out += note;
}

}  // namespace

bool is_syslog_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char c) {
    return is_printable(c) && c != '=' && c != ']' && c != '"';
  });
}

syslog_encoder::syslog_encoder(options o) : options_(std::move(o)) {
  LOGIO_ASSERT(options_.facility <= 23, "a syslog facility is 0 to 23");
  LOGIO_ASSERT(is_syslog_name(options_.sd_id), "the structured data's id is an SD-NAME");
  LOGIO_ASSERT(options_.message_bytes_max == 0 || options_.message_bytes_max >= message_bytes_least,
               "a syslog message has room for its head");
}

bool syslog_encoder::append(std::string& out, const record::view& r,
                            const record::topic_view& topic, std::uint64_t epoch,
                            std::uint64_t position) {
  const std::size_t begin = out.size();
  const std::size_t room = options_.message_bytes_max;
  bool whole = true;
  constexpr int info = 6;
  const bool only_text = options_.format == syslog_format::marathon_logger;
  const int severity = only_text ? info : record::syslog_severity(r.severity());
  fmt::format_to(std::back_inserter(out), "<{}>", options_.facility * 8 + severity);
  if (options_.format == syslog_format::rfc5424) {
    append_rfc5424_head(out, r.time_ns(), topic);
    whole = append_structured_data(out, r.fields(), epoch, position,
                                   room == 0 ? std::string::npos : begin + room / 2);
    if (!r.text().empty()) out.append(" ").append(byte_order_mark);
  } else if (only_text) {
    out += "marathon-logger: ";
  } else {
    append_rfc3164_head(out, r.time_ns(), topic);
  }
  const std::size_t text_begin = out.size();
  append_utf8(out, r.text());
  if (options_.framing == syslog_framing::newline) {
    escape_from(out, begin, "\n", [&](char) { out += "#012"; });
  }
  if (room != 0 && out.size() - begin > room) {
    cut_text(out, text_begin, begin + room);
    whole = false;
  }
  if (options_.framing == syslog_framing::newline) out += '\n';
  if (options_.framing == syslog_framing::octet_counting) {
    out.insert(begin, fmt::format("{} ", out.size() - begin));
  }
  return whole;
}

void syslog_encoder::append_rfc5424_head(std::string& out, std::int64_t time_ns,
                                         const record::topic_view& topic) {
  char time[record::rfc3339_bytes];
  time_.write(time_ns, time);
  constexpr std::size_t microseconds_end = record::rfc3339_bytes - 4;
  out += "1 ";
  out.append(time, microseconds_end);
  out += "Z ";
  append_name(out, topic.host, host_bytes_max);
  out += ' ';
  append_name(out, topic.app, app_bytes_max);
  out += ' ';
  append_name(out, topic.proc, proc_bytes_max);
  out += " - ";
}

void syslog_encoder::append_rfc3164_head(std::string& out, std::int64_t time_ns,
                                         const record::topic_view& topic) {
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char time[record::rfc3339_bytes];  // 2016-12-06T22:14:21
  time_.write(time_ns, time);
  const auto month = static_cast<std::size_t>((time[5] - '0') * 10 + time[6] - '0');
  out += months[month - 1];
  out += ' ';
  out += time[8] == '0' ? ' ' : time[8];
  out += time[9];
  out += ' ';
  out.append(time + 11, 8);
  out += ' ';
  append_name(out, topic.host, host_bytes_max);
  out += ' ';
  append_name(out, topic.app, app_bytes_max, [](char c) { return is_printable(c) && c != ':'; });
  if (!topic.proc.empty()) {
    out += '[';
    append_name(out, topic.proc, proc_bytes_max);
    out += ']';
  }
  out += ": ";
}

bool syslog_encoder::append_structured_data(std::string& out, std::string_view fields,
                                            std::uint64_t epoch, std::uint64_t position,
                                            std::size_t end_max) const {
  fmt::format_to(std::back_inserter(out), "[{} {}=\"{:016x}-{}\"", options_.sd_id, cursor_name,
                 epoch, position);
  bool whole = true;
  if (!fields.empty()) {
    const std::size_t begin = out.size();
    const auto append_field = [&](std::string_view name, const field_item& value,
                                  std::string_view) {
      const bool nested = value.what == field_kind::array || value.what == field_kind::map;
      if (nested || name == cursor_name || !is_syslog_name(name)) return;
      const std::size_t before = out.size();
      char place[field_number_bytes_max];
      append_parameter(
          out, name, value.what == field_kind::text ? value.text : field_scalar_json(value, place));
      if (out.size() < end_max) return;
      out.resize(before);
      whole = false;
    };
    if (!for_each_field(fields, append_field)) out.resize(begin);
  }
  out += ']';
  return whole;
}

}  // namespace logio::wire
