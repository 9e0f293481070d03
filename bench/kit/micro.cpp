#include "micro.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

namespace logio::bench {

namespace {

std::uint64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

struct quartiles {
  double low;
  double median;
  double high;
};

quartiles spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&values](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
  };
  return {at(0.25), at(0.5), at(0.75)};
}

std::string_view group_of(std::string_view name) {
  return name.substr(0, name.find('/'));
}

struct micro_options {
  int rounds = 15;
  double seconds = 0.1;
  std::string only;
};

bool parse(int argc, char** argv, micro_options& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--smoke") {
      out.rounds = 1;
      out.seconds = 0;
    } else if (i + 1 == argc) {
      return false;
    } else if (name == "--rounds") {
      out.rounds = std::max(1, std::atoi(argv[++i]));
    } else if (name == "--seconds") {
      out.seconds = std::atof(argv[++i]);
    } else if (name == "--only") {
      out.only = argv[++i];
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

void micro_suite::measure(double seconds) {
  for (one_case& one : cases_) {
    const std::uint64_t begin = monotonic_ns();
    const std::uint64_t end = begin + static_cast<std::uint64_t>(seconds * 1e9);
    std::uint64_t now = begin;
    double items = 0;
    do {
      one.body();
      items += static_cast<double>(one.items);
      now = monotonic_ns();
    } while (now < end);
    one.ns_per_item.push_back(static_cast<double>(now - begin) / items);
  }
}

void micro_suite::print() const {
  std::printf("%s: %-40s %22s %10s %26s\n", name_.c_str(), "case", "ns per item (quartiles)",
              "MB/s", "of the group's first");
  const one_case* first = nullptr;
  for (const one_case& one : cases_) {
    if (first == nullptr || group_of(first->name) != group_of(one.name)) {
      first = &one;
    }
    const quartiles time = spread(one.ns_per_item);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < one.ns_per_item.size(); ++i) {
      ratios.push_back(one.ns_per_item[i] / first->ns_per_item[i]);
    }
    const quartiles ratio = spread(ratios);
    const double bytes_per_item =
        static_cast<double>(one.bytes) / static_cast<double>(std::max<std::size_t>(1, one.items));
    std::printf("%s: %-40s %8.2f (%.2f to %.2f) %9.0f %9.3f (%.3f to %.3f)\n", name_.c_str(),
                one.name.c_str(), time.median, time.low, time.high,
                bytes_per_item / time.median * 1000, ratio.median, ratio.low, ratio.high);
  }
}

int micro_suite::main(int argc, char** argv) {
  micro_options wanted;
  if (!parse(argc, argv, wanted)) {
    std::fputs("usage: [--smoke] [--rounds N] [--seconds S] [--only TEXT]\n", stderr);
    return 64;
  }
  std::erase_if(cases_, [&wanted](const one_case& one) {
    return one.name.find(wanted.only) == std::string::npos;
  });
  if (cases_.empty()) {
    std::fputs("no case has that name\n", stderr);
    return 64;
  }
  for (int round = 0; round < wanted.rounds; ++round) {
    measure(wanted.seconds);
  }
  print();
  return 0;
}

}  // namespace logio::bench
