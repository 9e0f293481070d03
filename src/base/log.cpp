#include "logio/base/log.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>

#include "logio/base/json_string.hpp"

namespace logio::base {
namespace {

constexpr std::size_t message_bytes_max = 4096;
constexpr std::array<std::string_view, 4> level_names{"error", "warn", "info", "debug"};
constexpr std::array<std::string_view, 2> format_names{"text", "json"};

// relaxed everywhere: two independent settings, nothing is published through them
std::atomic<log_level> current_level{log_level::info};
std::atomic<log_format> current_format{log_format::text};

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

void append_time(std::string& out, std::int64_t unix_ns, int fraction_digits) {
  constexpr std::int64_t second_ns = 1'000'000'000;
  std::time_t seconds = unix_ns / second_ns;
  std::int64_t fraction = unix_ns % second_ns;
  if (fraction < 0) {
    fraction += second_ns;
    --seconds;
  }
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  for (int i = fraction_digits; i < 9; ++i) fraction /= 10;
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:0{}}Z",
                 utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                 utc.tm_sec, fraction, fraction_digits);
}

void append_visible(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
}

void write_line(std::string_view line) noexcept {
  while (!line.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

std::optional<log_level> parse_log_level(std::string_view name) noexcept {
  return parse<log_level>(level_names, name);
}

std::optional<log_format> parse_log_format(std::string_view name) noexcept {
  return parse<log_format>(format_names, name);
}

std::string_view to_string(log_level level) noexcept {
  return level_names[static_cast<std::size_t>(level)];
}

std::string_view to_string(log_format format) noexcept {
  return format_names[static_cast<std::size_t>(format)];
}

void configure_log(const log_options& options) noexcept {
  current_level.store(options.level, std::memory_order_relaxed);
  current_format.store(options.format, std::memory_order_relaxed);
}

bool log_enabled(log_level level) noexcept {
  return level <= current_level.load(std::memory_order_relaxed);
}

std::string render_log_line(log_format format, log_level level, const log_source& source,
                            std::string_view message, std::int64_t unix_ns) {
  const std::string_view name = level_names[static_cast<std::size_t>(level)];
  message = message.substr(0, message_bytes_max);
  std::string out;
  out.reserve(message.size() + 128);
  if (format == log_format::json) {
    out += "{\"time\":\"";
    append_time(out, unix_ns, 9);
    out += "\",\"level\":";
    append_json_string(out, name);
    out += ",\"component\":";
    append_json_string(out, source.component);
    if (!source.peer.empty()) {
      out += ",\"peer\":";
      append_json_string(out, source.peer);
    }
    out += ",\"message\":";
    append_json_string(out, message);
    out += "}\n";
    return out;
  }
  append_time(out, unix_ns, 3);
  out += ' ';
  out += name;
  out += ' ';
  out += source.component;
  if (!source.peer.empty()) {
    out += ' ';
    append_visible(out, source.peer);
  }
  out += ": ";
  append_visible(out, message);
  out += '\n';
  return out;
}

void vlog(log_level level, const log_source& source, fmt::string_view format,
          fmt::format_args arguments) noexcept {
  try {
    std::timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::int64_t unix_ns = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
    write_line(render_log_line(current_format.load(std::memory_order_relaxed), level, source,
                               fmt::vformat(format, arguments), unix_ns));
  } catch (...) {
    // No memory for a line: the program must go on, and has nowhere else to say it.
    return;
  }
}

}  // namespace logio::base
