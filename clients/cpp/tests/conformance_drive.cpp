// The driver of clients/conformance for this library: does what standard input says, line by line.
//
// usage: client_conformance_drive [--buffer-bytes N] [--buffer-records N] [--greeting-ms N]
//                                 [--first-retry-ms N] [--longest-retry-ms N]

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "conformance_command.hpp"
#include "conformance_subscribe.hpp"
#include "logio/client/environment.hpp"
#include "logio/client/url.hpp"

namespace logio::client {
namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

/// False: there is no such flag, or no such number.
bool set_flag(publisher_options& options, std::string_view name, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  const milliseconds time(number);
  if (name == "--buffer-bytes") return options.buffer_bytes_max = number, true;
  if (name == "--buffer-records") return options.records_max = number, true;
  if (name == "--greeting-ms") return options.greeting_timeout = time, true;
  if (name == "--first-retry-ms") return options.first_retry = time, true;
  if (name == "--longest-retry-ms") return options.longest_retry = time, true;
  return false;
}

/// What the URL says, with the flags. Nothing: the library's own way is to be tested, which tells
/// of what is wrong or to be known, and has no flags.
std::optional<publisher_options> flagged_options() {
  const char* const url = std::getenv("LOGIO_URL");
  if (url == nullptr || std::getenv("LOGIO_DEBUG") != nullptr) return std::nullopt;
  url_reading read = read_url(url);
  if (!read.warnings.empty()) return std::nullopt;
  if (read.options) read.options->start_at_first_record = true;
  return std::move(read.options);
}

std::string counts_json(std::string_view name, const publisher_stats& of) {
  const auto item = [](const char* key, std::uint64_t value) {
    return '"' + std::string(key) + "\":" + std::to_string(value);
  };
  return "{\"" + std::string(name) + "\":{" + item("added", of.added) + ',' +
         item("acknowledged", of.acknowledged) + ',' + item("refused", of.refused) + ',' +
         item("dropped", of.dropped) + ',' + item("unconfirmed", of.unconfirmed) + "}}";
}

void say(std::string_view json) { std::cout << json << std::endl; }

std::string burst(publisher& to, const command& wanted) {
  const std::string prefix = wanted.text();
  std::chrono::nanoseconds longest{};
  const auto began = steady::now();
  for (std::uint64_t n = 1; n <= wanted.number("count"); ++n) {
    const std::string line = prefix + std::to_string(n);
    const auto called = steady::now();
    to.add(line);
    longest = std::max<std::chrono::nanoseconds>(longest, steady::now() - called);
  }
  const std::chrono::nanoseconds elapsed = steady::now() - began;
  return "{\"burst\":{\"elapsed_ns\":" + std::to_string(elapsed.count()) +
         ",\"longest_ns\":" + std::to_string(longest.count()) + "}}";
}

void log(publisher& to, const command& wanted) {
  const std::string text = wanted.text(), fields = wanted.fields();
  const std::string severity = wanted.word("severity");
  const auto time_ns = wanted.time_ns();
  if (!time_ns) return to.add(text, severity, fields);
  std::string_view line = text;  // a record's text has no line end, which is its owner's to see to
  if (line.ends_with('\n')) line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
  to.add({.text = line, .time_ns = *time_ns, .severity = severity, .fields = fields});
}

/// False: that was the last.
bool obey(publisher& to, const publisher_options& times, const command& wanted) {
  const std::string what = wanted.word("do");
  const milliseconds time(wanted.number("ms"));
  if (what == "log") {
    log(to, wanted);
  } else if (what == "burst") {
    say(burst(to, wanted));
  } else if (what == "flush") {
    say(to.flush(time) ? R"({"flushed":true})" : R"({"flushed":false})");
  } else if (what == "stats") {
    say(counts_json("stats", to.stats()));
  } else if (what == "close") {
    say(counts_json("closed", to.close(time)));
    return false;
  } else if (what == "subscribe") {
    subscribe(wanted, times, say);
  } else {
    say(R"({"error":"do: log, burst, flush, stats, close or subscribe"})");
  }
  return true;
}

int drive(publisher& to, const publisher_options& times) {
  for (std::string line; std::getline(std::cin, line);) {
    const command wanted(line);
    if (!wanted.error().empty()) {
      say(R"({"error":"no JSON object"})");
    } else if (!obey(to, times, wanted)) {
      return 0;
    }
  }
  say(counts_json("closed", to.close(std::chrono::seconds(5))));
  return 0;
}

}  // namespace
}  // namespace logio::client

int main(int argc, char** argv) {
  using namespace logio::client;
  auto options = flagged_options();
  publisher_options times;  // of the flags alone: a subscription has no URL of a publisher
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !set_flag(times, argv[i], argv[i + 1]) ||
        (options && !set_flag(*options, argv[i], argv[i + 1]))) {
      std::cerr << "client_conformance_drive: " << argv[i] << ": no flag with a number; see the "
                << "head of its source\n";
      return 64;
    }
  }
  if (!options) {
    publisher to = from_environment();
    return drive(to, times);
  }
  publisher to(std::move(*options));
  return drive(to, times);
}
