// What one log call costs the application's thread: add() with a hub and without one, and in the
// same run a line with its time written to a file by stdio, and by spdlog's basic_file_sink.
//
//     client_add_cost URL-OF-A-HUB URL-WITHOUT-A-HUB FILE [LINES] [ROUNDS]
//
// Rounds take turns, so that a busy machine is unfair to all alike. Prints a line for each: the
// median over the rounds in nanoseconds for a call, the lowest and highest, and how it compares
// with stdio.

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "logio/client/publisher.hpp"
#include "logio/client/url.hpp"

namespace {

using steady = std::chrono::steady_clock;
using logio::client::publisher;

constexpr const char* line_text = "GET /orders/4711 200 in 12 ms from 10.45.22.14, 3 items";

struct contender {
  std::string name;
  std::function<void()> log;
  std::function<void()> settle;  // after a round, not measured
  std::vector<double> ns = {};
};

void log_with_stdio(std::FILE* file) {
  const auto now = std::chrono::system_clock::now();
  const std::time_t second = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  char time[32];
  std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &parts);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()) %
                    std::chrono::seconds(1);
  std::fprintf(file, "%s.%09dZ info %s\n", time, static_cast<int>(rest.count()), line_text);
}

std::unique_ptr<publisher> publisher_to(const char* url) {
  auto read = logio::client::read_url(url);
  if (!read.options) {
    std::fprintf(stderr, "client_add_cost: %s: %s\n", url, read.error.c_str());
    std::exit(64);
  }
  return std::make_unique<publisher>(std::move(*read.options));
}

void measure(contender& one, long lines) {
  const auto begin = steady::now();
  for (long i = 0; i < lines; ++i) one.log();
  const std::chrono::duration<double, std::nano> took = steady::now() - begin;
  one.ns.push_back(took.count() / static_cast<double>(lines));
  one.settle();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: client_add_cost URL-OF-A-HUB URL-WITHOUT-A-HUB FILE [LINES] [ROUNDS]\n",
               stderr);
    return 64;
  }
  const long lines = argc > 4 ? std::atol(argv[4]) : 100'000;
  const long rounds = argc > 5 ? std::atol(argv[5]) : 11;
  const std::string path = argv[3];
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr || lines <= 0 || rounds <= 0) {
    std::fprintf(stderr, "client_add_cost: %s cannot be written, or a number is none\n", argv[3]);
    return 73;
  }
  spdlog::logger log("shop", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path + ".spdlog"));
  const auto up = publisher_to(argv[1]), away = publisher_to(argv[2]);
  const auto nothing = [] {};
  contender all[] = {
      {"stdio", [file] { log_with_stdio(file); }, nothing},
      {"spdlog", [&log] { log.info(line_text); }, nothing},
      {"add, hub up", [&up] { up->add(line_text, "info"); },
       [&up] { up->flush(std::chrono::seconds(20)); }},
      {"add, hub away", [&away] { away->add(line_text, "info"); }, nothing},
  };
  for (long round = 0; round < rounds; ++round) {
    for (contender& one : all) measure(one, lines);
  }
  double stdio = 0;
  for (contender& one : all) {
    std::sort(one.ns.begin(), one.ns.end());
    const double median = one.ns[one.ns.size() / 2];
    if (stdio == 0) stdio = median;
    std::printf("%-14s %7.1f ns  (%.1f to %.1f)  %.2f\n", one.name.c_str(), median, one.ns.front(),
                one.ns.back(), median / stdio);
  }
  const auto last = up->close(std::chrono::seconds(20));
  std::printf("of %lu lines to the hub %lu were acknowledged, %lu dropped\n",
              static_cast<unsigned long>(last.added), static_cast<unsigned long>(last.acknowledged),
              static_cast<unsigned long>(last.dropped));
  std::fclose(file);
  return 0;
}
