#include "record_printer.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <iterator>
#include <utility>

#include "logio/record/severity.hpp"
#include "logio/record/time.hpp"
#include "logio/wire/json_encoder.hpp"
#include "terminal_text.hpp"

namespace logio::app {
namespace {

using form = config::output_options::form;

constexpr std::string_view plain = "\x1b[0m", faint = "\x1b[2m", bold = "\x1b[1m";
constexpr std::string_view mark = "\x1b[1;7m", red = "\x1b[31m", yellow = "\x1b[33m";
constexpr record::severity_number least_warning = 13, least_error = 17;  // of OpenTelemetry
constexpr std::size_t labels_max = 4096;

/// One of twelve, by the topic's app and proc: a process has the same on each of its hosts, and in
/// every window.
std::string_view color_of(const record::topic& t) {
  constexpr std::array<std::string_view, 12> colors{
      "\x1b[36m", "\x1b[32m", "\x1b[35m", "\x1b[34m", "\x1b[33m", "\x1b[96m",
      "\x1b[92m", "\x1b[95m", "\x1b[94m", "\x1b[93m", "\x1b[1;36m", "\x1b[1;32m"};
  std::uint32_t hash = 2166136261;  // FNV-1a: the same on every machine
  const auto mix = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    hash = (hash ^ 0xff) * 16777619u;
  };
  mix(t.app);
  mix(t.proc);
  return colors[(hash ^ hash >> 16) % colors.size()];
}

/// `2016-12-06T23:14:21.448+01:00`
std::string local_time_text(std::int64_t time_ns) {
  constexpr std::int64_t ns_per_second = 1'000'000'000;
  std::int64_t seconds = time_ns / ns_per_second;
  if (time_ns % ns_per_second < 0) --seconds;
  const auto ms = (time_ns - seconds * ns_per_second) / 1'000'000;
  const auto at = static_cast<std::time_t>(seconds);
  std::tm parts{};
  if (::localtime_r(&at, &parts) == nullptr) return {};
  const long offset = parts.tm_gmtoff / 60;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}{:02}:{:02}",
                     parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                     parts.tm_min, parts.tm_sec, ms, offset < 0 ? '-' : '+',
                     std::abs(offset) / 60, std::abs(offset) % 60);
}

std::string rfc3339_text(std::int64_t time_ns) {
  std::string out(record::rfc3339_bytes, ' ');
  record::write_rfc3339(time_ns, out.data());
  return out;
}

}  // namespace

record_printer::record_printer(const config::output_options& how, bool is_terminal, bool colors)
    : how_(how), escapes_(is_terminal && !how.raw), colors_(colors) {}

boost::system::result<record_printer, std::string> record_printer::make(
    const config::output_options& how, const std::vector<std::string>& marks, bool is_terminal,
    bool colors) {
  record_printer out(how, is_terminal, colors);
  if (!how.line_template.empty()) {
    auto parsed = line_template::parse(how.line_template);
    if (!parsed) return "--template: it " + parsed.error();
    out.template_ = std::move(*parsed);
  }
  for (const std::string& pattern : how.highlight) {
    if (const auto wrong = out.marks_.add(pattern)) {
      return fmt::format("--highlight: '{}' {}", visible(pattern), *wrong);
    }
  }
  if (!colors) out.marks_ = highlighter();
  for (const std::string& pattern : marks) {
    if (colors) (void)out.marks_.add(pattern);
  }
  return {boost::system::in_place_value, std::move(out)};
}

void record_printer::add(const shown_record& r) {
  if (template_) return add_by_template(r);
  switch (how_.format) {
    case form::text: return add_text(r);
    case form::ndjson: return add_json(r);
    case form::raw:
      append_body(r.record.text(), r.record.severity());
      out_ += '\n';
  }
}

void record_printer::add_notice(std::int64_t now_ns, std::string_view host, std::string_view words,
                                std::string_view json) {
  if (how_.format == form::ndjson && !template_) {
    out_ += json;
    return;
  }
  if (colors_) out_ += bold;
  append_time(now_ns);
  if (how_.time != config::time_form::none) out_ += ' ';
  out_ += "logio[hub] ";
  append_words(host);
  out_ += ": ";
  append_words(words);
  if (colors_) out_ += plain;
  out_ += '\n';
}

void record_printer::add_text(const shown_record& r) {
  if (how_.time != config::time_form::none) {
    if (colors_) out_ += faint;
    append_time(r.record.time_ns());
    if (colors_) out_ += plain;
    out_ += ' ';
  }
  const label& l = label_of(r.topic);
  out_ += l.color;
  out_ += l.text;
  if (colors_) out_ += plain;
  append_body(r.record.text(), r.record.severity());
  out_ += '\n';
}

void record_printer::add_by_template(const shown_record& r) {
  for (const line_template::piece& piece : template_->pieces()) {
    out_ += piece.words;
    append_field(r, piece.what);
  }
}

void record_printer::add_json(const shown_record& r) {
  if (!r.json.empty()) {
    append_words(r.json);
  } else {
    append_words(json_of(r));
  }
  out_ += '\n';
}

std::string record_printer::json_of(const shown_record& r) const {
  const std::string members = record::json_members(r.topic);
  wire::json_encoder encoder(r.epoch);
  std::string out(encoder.ndjson_bound(r.record, members), ' ');
  const char* const end =
      encoder.encode_ndjson(out.data(), r.record, members, r.position, r.arrival_ns);
  out.resize(static_cast<std::size_t>(end - out.data()) - 1);
  return out;
}

void record_printer::append_time(std::int64_t time_ns) {
  if (how_.time == config::time_form::none) return;
  constexpr std::size_t date_bytes = 11;  // `2016-12-06T`
  std::string text;
  if (how_.local_time) {
    text = local_time_text(time_ns);
  } else {
    text.resize(record::text_time_bytes);
    record::text_time_writer().write(time_ns, text.data());
  }
  if (how_.time == config::time_form::brief) text = text.substr(date_bytes, 12);
  out_ += text;
}

void record_printer::append_words(std::string_view text) {
  if (escapes_) {
    append_visible(out_, text);
  } else {
    out_ += text;
  }
}

/// The text of a record; each line of it but the first begins with a TAB where lines have labels.
void record_printer::append_body(std::string_view text, record::severity_number severity) {
  const std::string_view color = !colors_                   ? std::string_view()
                                 : severity >= least_error   ? red
                                 : severity >= least_warning ? yellow
                                                             : std::string_view();
  const bool indents = how_.format == form::text && !template_;
  const auto put = [&](std::string_view part) {
    while (indents && !part.empty()) {
      const auto end = part.find('\n');
      if (end == std::string_view::npos) break;
      append_words(part.substr(0, end + 1));
      out_ += '\t';
      part.remove_prefix(end + 1);
    }
    append_words(part);
  };
  out_ += color;
  std::size_t at = 0;
  for (const auto& [from, to] : marks_.find(text)) {
    put(text.substr(at, from - at));
    out_ += mark;
    put(text.substr(from, to - from));
    out_ += plain;
    out_ += color;
    at = to;
  }
  put(text.substr(at));
  if (!color.empty()) out_ += plain;
}

void record_printer::append_field(const shown_record& r, line_template::field what) {
  using field = line_template::field;
  switch (what) {
    case field::none: return;
    case field::time: return append_time(r.record.time_ns());
    case field::arrived: out_ += rfc3339_text(r.arrival_ns); return;
    case field::app: return append_words(r.topic.app);
    case field::proc: return append_words(r.topic.proc);
    case field::host: return append_words(r.topic.host);
    case field::severity: {
      if (r.record.severity() != 0) out_ += std::to_string(r.record.severity());
      return;
    }
    case field::text: return append_body(r.record.text(), r.record.severity());
    case field::fields: {
      constexpr std::string_view begin = R"(,"fields":)";  // behind all else; quoted in a text
      const std::string made = r.json.empty() ? json_of(r) : std::string();
      std::string_view json = r.json.empty() ? std::string_view(made) : r.json;
      const auto at = json.find(begin);
      if (at == std::string_view::npos) return;
      json.remove_prefix(at + begin.size());
      json.remove_suffix(1);
      return append_words(json);
    }
    case field::cursor:
      fmt::format_to(std::back_inserter(out_), "{:016x}-{}", r.epoch, r.position);
  }
}

const record_printer::label& record_printer::label_of(const record::topic& t) {
  label_key_.assign(t.app).append(1, '\0').append(t.proc).append(1, '\0').append(t.host);
  const auto known = labels_.find(label_key_);
  if (known != labels_.end()) return known->second;
  if (labels_.size() >= labels_max) labels_.clear();
  label made;
  const std::string text = record::text_label(t).substr(1);
  made.text = escapes_ ? visible(text) : text;
  if (colors_) made.color = color_of(t);
  return labels_.emplace(label_key_, std::move(made)).first->second;
}

bool record_printer::flush() {
  std::string_view left = out_;
  while (!left.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, left.data(), left.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    left.remove_prefix(static_cast<std::size_t>(n));
  }
  out_.clear();
  return true;
}

}  // namespace logio::app
