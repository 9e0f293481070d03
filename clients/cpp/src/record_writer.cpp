#include "record_writer.hpp"

#include <ctime>

namespace logio::client {
namespace {

/// Room for ` [cut: N bytes]` with the longest N.
constexpr std::size_t cut_note_bytes_max = 34;
constexpr std::int64_t ns_per_second = 1'000'000'000;

bool is_plain(unsigned char c) noexcept { return c >= 0x20 && c != '"' && c != '\\'; }

/// Not within a character, if it is UTF-8.
std::size_t cut_at(std::string_view text, std::size_t most) noexcept {
  std::size_t at = most;
  while (at > most - 3 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80 ? most : at;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const plain = at;
    while (at != end && is_plain(static_cast<unsigned char>(*at))) ++at;
    out.append(plain, at);
    if (at == end) return;
    const auto c = static_cast<unsigned char>(*at++);
    out += '\\';
    if (c == '"' || c == '\\') {
      out += static_cast<char>(c);
    } else if (c == '\t') {
      out += 't';
    } else {
      out += "u00";
      out += hex[c >> 4];
      out += hex[c & 15];
    }
  }
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

void record_writer::append_time(std::string& out, std::int64_t time_ns, int digits) {
  std::int64_t second = time_ns / ns_per_second, rest = time_ns % ns_per_second;
  if (rest < 0) {
    --second;
    rest += ns_per_second;
  }
  if (second != second_) {
    const std::time_t at = second;
    std::tm parts{};
    ::gmtime_r(&at, &parts);
    char text[32];
    second_text_.assign(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts));
    second_ = second;
  }
  char fraction[9];
  for (int i = 8; i >= 0; --i, rest /= 10) fraction[i] = static_cast<char>('0' + rest % 10);
  out += second_text_;
  out.append(fraction, static_cast<std::size_t>(digits));
}

void record_writer::append(std::string& out, const record& line) {
  std::string_view text = line.text;
  std::uint64_t cut = line.left_out_bytes;
  if (cut != 0 || text.size() > text_bytes_max) {
    constexpr std::size_t most = text_bytes_max - cut_note_bytes_max;
    const std::size_t kept = text.size() > most ? cut_at(text, most) : text.size();
    cut += text.size() - kept;
    text = text.substr(0, kept);
  }
  out += R"({"time":")";
  append_time(out, line.time_ns, 9);
  out += R"(Z","raw":")";
  append_escaped(out, text);
  if (cut != 0) out += " [cut: " + std::to_string(cut) + " bytes]";
  out += '"';
  if (!line.severity.empty()) {
    out += R"(,"severity":)";
    append_json(out, line.severity);
  }
  if (cut != 0 || !line.fields.empty()) {
    out += R"(,"fields":)";
    if (cut == 0) {
      out += line.fields;
    } else {
      const std::string_view rest = line.fields.size() > 2 ? line.fields.substr(1) : "}";
      out += R"({"cut_bytes":)" + std::to_string(cut);
      if (rest.size() > 1) out += ',';
      out += rest;
    }
  }
  out += "}\n";
}

void record_writer::append_loss(std::string& out, std::uint64_t count, std::int64_t since_ns,
                                std::int64_t now_ns) {
  std::string text = "Error L10 (output buffer overflow): " + std::to_string(count) +
                     " messages dropped since ";
  append_time(text, since_ns, 3);
  text += '.';
  append(out, {.text = text, .time_ns = now_ns, .severity = "warn"});
}

}  // namespace logio::client
