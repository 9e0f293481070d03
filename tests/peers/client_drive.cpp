#include "client_drive.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <iostream>
#include <sstream>
#include <utility>
#include <vector>

#include "logio/base/json_string.hpp"
#include "sink/support.hpp"

namespace logio::sink::testing {
namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::int64_t first_time_ns = 1'481'062'461'448'123'456;
constexpr std::size_t batch_records = 10'000;
constexpr int back_off_ms = 100;

sink_options options_of(int argc, char** argv, const driven& what) {
  sink_options options = what.defaults;
  options.name = "drive";
  std::istringstream peers(argv[1]);
  for (std::string one; std::getline(peers, one, ',');) {
    const std::size_t colon = one.rfind(':');
    options.peers.push_back({one.substr(0, colon),
                             static_cast<std::uint16_t>(to_number(one.substr(colon + 1)))});
  }
  options.path = argv[2];
  for (int i = 3; i < argc; ++i) {
    const std::string_view option = argv[i];
    const std::size_t equal = option.find('=');
    const std::string_view name = option.substr(0, equal), value = option.substr(equal + 1);
    if (name == "compress") options.compress = value;
    if (name == "timeout_ms") options.timeout = std::chrono::milliseconds(to_number(value));
    if (name == "user") options.secrets.user = value;
    if (name == "password") options.secrets.password = value;
    what.set(options, name, value);
  }
  return options;
}

class driver {
 public:
  explicit driver(std::unique_ptr<client> client) : client_(std::move(client)) {}

  void send(std::size_t count, std::size_t bytes, std::size_t calls_failed_max) {
    for (std::size_t i = 0; i < count; ++i) make(bytes);
    std::size_t failed = 0;
    while (!queue_.empty() && failed < calls_failed_max) {
      const std::size_t before = queue_.size();
      const auto begin = clock_type::now();
      call();
      print(before - queue_.size(), clock_type::now() - begin);
      if (out_.error.empty()) continue;
      ++failed;
      if (!out_.busy) client_->close();
      ::poll(nullptr, 0, back_off_ms);
    }
  }

  void set_fields(std::string_view hex) {
    fields_.clear();
    for (; hex.size() >= 2; hex.remove_prefix(2)) {
      unsigned byte = 0;
      std::from_chars(hex.data(), hex.data() + 2, byte, 16);
      fields_ += static_cast<char>(byte);
    }
  }

  void rate(std::size_t count, std::size_t bytes, std::size_t seconds) {
    for (std::size_t i = 0; i < count; ++i) make(bytes);
    std::vector<item> items = take_batch(count);
    const auto begin = clock_type::now();
    const double cpu_begin = cpu_seconds();
    std::uint64_t records = 0;
    while (clock_type::now() - begin < std::chrono::seconds(seconds)) {
      for (item& one : items) one.position += count;
      client_->deliver(items, out_);
      for (const fate f : out_.fates) records += f == fate::delivered ? 1 : 0;
      if (!out_.error.empty()) break;
    }
    const double took = std::chrono::duration<double>(clock_type::now() - begin).count();
    fmt::print("{{\"records\":{},\"seconds\":{:.3f},\"per_second\":{:.0f},"
               "\"cpu_ns_per_record\":{:.0f}}}\n", records, took,
               static_cast<double>(records) / took,
               (cpu_seconds() - cpu_begin) * 1e9 / static_cast<double>(records));
    queue_.clear();
  }

 private:
  struct queued {
    std::unique_ptr<offered_records> record;
    bool repeated;
  };

  static double cpu_seconds() {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
  }

  void make(std::size_t bytes) {
    const std::uint64_t n = next_++;
    std::string text = fmt::format("n={}", n);
    if (text.size() < bytes) text.append(bytes - text.size(), '.');
    auto one = std::make_unique<offered_records>(n);
    one->add({.app = fmt::format("a{}", n % 4), .proc = "web", .host = "h1"}, text,
             first_time_ns + static_cast<std::int64_t>(n) * 1'000'000, 9, fields_);
    queue_.push_back({std::move(one), false});
  }

  std::vector<item> take_batch(std::size_t count) const {
    std::vector<item> items;
    for (const queued& one : queue_) {
      if (items.size() == count) break;
      items.push_back(one.record->items().front());
      items.back().repeated = one.repeated;
    }
    return items;
  }

  void call() {
    const std::vector<item> items = take_batch(batch_records);
    client_->deliver(items, out_);
    std::deque<queued> left;
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      const bool offered = i < out_.fates.size();
      if (offered && out_.fates[i] != fate::pending) continue;
      left.push_back(std::move(queue_[i]));
      left.back().repeated = left.back().repeated || offered;
    }
    queue_ = std::move(left);
  }

  void print(std::size_t settled, clock_type::duration took) const {
    std::string line = fmt::format(
        "{{\"delivered\":{},\"refused\":{},\"pending\":{},\"bytes\":{},\"ms\":{},\"error\":",
        settled - out_.refusals.size(), out_.refusals.size(), queue_.size(), out_.sent_bytes,
        std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    base::append_json_string(line, out_.error);
    line += ",\"why\":";
    base::append_json_string(line, out_.refusals.empty() ? "" : out_.refusals.front().why);
    fmt::print("{}}}\n", line);
    std::fflush(stdout);
  }

  std::unique_ptr<client> client_;
  outcome out_;
  std::deque<queued> queue_;
  std::string fields_;
  std::uint64_t next_ = 1;
};

}  // namespace

std::uint64_t to_number(std::string_view text) {
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

int drive(int argc, char** argv, const driven& what) {
  if (argc < 3) {
    fmt::print(stderr, "usage: {} PEERS PATH [OPTION=VALUE]...\n", what.program);
    return 64;
  }
  std::string error;
  auto client = what.make(options_of(argc, argv, what), error);
  if (!client) {
    fmt::print(stderr, "{}: {}\n", what.program, error);
    return 78;
  }
  driver to(std::move(client));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    std::size_t count = 0, bytes = 0, last = 0;
    words >> command;
    if (command == "field") {
      std::string hex;
      words >> hex;
      to.set_fields(hex);
    }
    words >> count >> bytes >> last;
    if (command == "send") to.send(count, bytes, last);
    if (command == "rate") to.rate(count, bytes, last);
    fmt::print("done\n");
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace logio::sink::testing
