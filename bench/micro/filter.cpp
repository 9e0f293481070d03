// What line patterns cost on 128-byte lines that match none of them (the usual case): each way of
// asking N filters about a line, and what a set costs to build.
//
//   RE2 each      one RE2 a filter, nothing before it
//   filter each   filter::matches_line: a search for a required text first
//   RE2 set       all patterns as one RE2::Set
//   line set      what the hub uses

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filter/find_text.hpp"
#include "filter/regex.hpp"
#include "filter/utf8.hpp"
#include "logio/filter/filter.hpp"
#include "logio/filter/line_set.hpp"
#include "micro.hpp"

using namespace logio;

namespace {

constexpr std::size_t line_bytes = 128;
constexpr std::size_t lines_count = 256;
constexpr std::size_t memory_bytes_max = std::size_t{1} << 20;

/// Lines as web servers and services write them, each one different, cut or filled to 128 bytes.
std::vector<std::string> make_lines() {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < lines_count; ++i) {
    const std::string n = std::to_string(100'000 + i * 7919 % 900'000);
    std::string line;
    switch (i % 4) {
      case 0:
        line = "10.0.3." + std::to_string(i % 250) + " - - \"GET /cart/items/" + n +
               "?page=2 HTTP/1.1\" 200 5316 \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux)\"";
        break;
      case 1:
        line = "INFO  order " + n +
               " accepted for customer 8841, 3 items, total 129.90 EUR, "
               "payment by card, queue depth 12, shipping express";
        break;
      case 2:
        line =
            "level=info ts=2026-11-21T04:14:21.448Z caller=server.go:214 method=POST path=/api/v1"
            " id=" +
            n + " status=201 duration=12.5ms";
        break;
      default:
        line = "DEBUG [pool-3-thread-7] c.e.shop.CartService - cache hit for key cart:" + n +
               " in 0.4 ms, 2 entries, next refresh in 30 s";
    }
    line.resize(line_bytes, '.');
    lines.push_back(std::move(line));
  }
  return lines;
}

const std::vector<std::string>& lines() {
  static const std::vector<std::string> made = make_lines();
  return made;
}

using pattern_maker = std::function<std::string(std::size_t)>;

std::string plain(std::size_t i) {
  return "order " + std::to_string(5'000'000 + i * 37) + " failed";
}
std::string mixed(std::size_t i) {
  return "user-" + std::to_string(i) + " .*timeout after [0-9]+ms";
}
std::string loose(std::size_t i) {
  return "(?i)panic" + std::to_string(i);
}
std::string wide(std::size_t i) {
  return "[x-z][0-9]{2}.*[q-z]" + std::to_string(i % 10) + "[A-F]";
}

std::vector<std::string> make_patterns(const pattern_maker& maker, std::size_t count) {
  std::vector<std::string> patterns;
  for (std::size_t i = 0; i < count; ++i) patterns.push_back(maker(i));
  return patterns;
}

std::vector<filter::filter> make_filters(const std::vector<std::string>& patterns) {
  std::vector<filter::filter> filters;
  for (const std::string& pattern : patterns) {
    filter::spec spec;
    spec.log = {pattern};
    filters.push_back(filter::compile(spec, {}).value());
  }
  return filters;
}

void add_ways(bench::micro_suite& suite, const std::string& kind, const pattern_maker& maker,
              std::size_t count) {
  const std::string group = kind + " x" + std::to_string(count) + "/";
  const auto patterns = std::make_shared<std::vector<std::string>>(make_patterns(maker, count));
  const std::size_t bytes = lines_count * line_bytes;
  const auto filters = std::make_shared<std::vector<filter::filter>>(make_filters(*patterns));

  const auto set = std::make_shared<filter::line_set>(*filters);
  const auto matches = std::make_shared<filter::line_matches>();
  suite.add(group + "line set", lines_count, bytes, [set, matches, filters] {
    std::size_t found = 0;
    for (const std::string& line : lines()) {
      set->match(line, *matches);
      found += matches->any();
    }
    return found;
  });
  suite.add(group + "filter each", lines_count, bytes, [filters] {
    std::size_t found = 0;
    for (const std::string& line : lines()) {
      for (const filter::filter& f : *filters) found += f.matches_line(line);
    }
    return found;
  });
  const auto each = std::make_shared<std::vector<filter::regex>>();
  std::vector<std::string_view> sources;
  for (const std::string& pattern : *patterns) {
    each->push_back(std::move(*filter::regex::make(pattern, memory_bytes_max)));
    sources.push_back(pattern);
  }
  suite.add(group + "RE2 each", lines_count, bytes, [each] {
    std::size_t found = 0;
    for (const std::string& line : lines()) {
      for (const filter::regex& one : *each) found += one.found_in(line);
    }
    return found;
  });
  const auto joint = std::make_shared<filter::regex_set>(sources, std::size_t{8} << 20);
  const auto room = std::make_shared<std::vector<int>>();
  suite.add(group + "RE2 set", lines_count, bytes, [joint, room] {
    std::size_t failed = 0;
    for (const std::string& line : lines()) failed += !joint->search(line, *room);
    return failed;
  });
}

void add_building(bench::micro_suite& suite, const std::string& kind, const pattern_maker& maker,
                  std::size_t count) {
  const std::string group = "build " + kind + " x" + std::to_string(count) + "/";
  const auto patterns = std::make_shared<std::vector<std::string>>(make_patterns(maker, count));
  const auto filters = std::make_shared<std::vector<filter::filter>>(make_filters(*patterns));
  suite.add(group + "line set", 1, 0, [filters] { return filter::line_set(*filters).size(); });
  suite.add(group + "compile the filters", 1, 0,
            [patterns] { return make_filters(*patterns).size(); });
}

void add_pieces(bench::micro_suite& suite) {
  const std::size_t bytes = lines_count * line_bytes;
  suite.add("one text/text_finder", lines_count, bytes, [] {
    static const filter::text_finder finder("order 5000000 failed");
    std::size_t found = 0;
    for (const std::string& line : lines()) found += finder.found_in(line);
    return found;
  });
  suite.add("one text/memmem", lines_count, bytes, [] {
    static const std::string text = "order 5000000 failed";
    std::size_t found = 0;
    for (const std::string& line : lines()) {
      found += ::memmem(line.data(), line.size(), text.data(), text.size()) != nullptr;
    }
    return found;
  });
  suite.add("one text/std::string::find", lines_count, bytes, [] {
    static const std::string text = "order 5000000 failed";
    std::size_t found = 0;
    for (const std::string& line : lines()) found += line.find(text) != std::string::npos;
    return found;
  });
  suite.add("one text/is it UTF-8", lines_count, bytes, [] {
    std::size_t good = 0;
    for (const std::string& line : lines()) good += filter::utf8_prefix(line);
    return good;
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::micro_suite suite("filter");
  add_pieces(suite);
  for (const std::size_t count : {1U, 4U, 10U, 100U}) add_ways(suite, "plain", plain, count);
  for (const std::size_t count : {1U, 4U, 10U, 100U}) add_ways(suite, "mixed", mixed, count);
  for (const std::size_t count : {1U, 4U, 10U, 100U}) add_ways(suite, "loose", loose, count);
  for (const std::size_t count : {4U, 10U, 100U}) add_ways(suite, "wide", wide, count);
  for (const std::size_t count : {100U, 1000U}) add_building(suite, "plain", plain, count);
  for (const std::size_t count : {100U, 1000U}) add_building(suite, "mixed", mixed, count);
  for (const std::size_t count : {10U, 100U, 1000U}) add_building(suite, "loose", loose, count);
  return suite.main(argc, argv);
}
