#include "logio/filter/spec.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace logio::filter {
namespace {

void tidy(std::vector<std::string>& patterns) {
  std::erase_if(patterns, [](const std::string& p) { return p.empty(); });
  std::sort(patterns.begin(), patterns.end());
  patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
}

void append_escaped(std::string& query, std::string_view value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view unsafe = "%&+# \"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7F && unsafe.find(c) == std::string_view::npos) {
      query += c;
    } else {
      query += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
}

void append_all(std::string& query, std::string_view name, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    if (!query.empty())
      query += '&';
    query.append(name) += '=';
    append_escaped(query, value);
  }
}

}  // namespace

spec canonical(spec asked) {
  for (auto* list : {&asked.app, &asked.proc, &asked.host, &asked.log, &asked.exclude}) {
    tidy(*list);
  }
  if (asked.app.empty() && asked.proc.empty() && asked.host.empty())
    asked.match = mode::whole;
  return asked;
}

std::size_t hash_value(const spec& s) noexcept {
  std::size_t seed = static_cast<std::size_t>(s.match) | std::size_t{s.severity} << 8;
  const auto mix = [&seed](std::size_t value) {
    seed ^= value + 0x9E3779B97F4A7C15U + (seed << 6) + (seed >> 2);
  };
  for (const auto* list : {&s.app, &s.proc, &s.host, &s.log, &s.exclude}) {
    mix(list->size());
    for (const std::string& pattern : *list) mix(std::hash<std::string>{}(pattern));
  }
  return seed;
}

std::string to_query(const spec& s) {
  std::string query;
  append_all(query, "app", s.app);
  append_all(query, "proc", s.proc);
  append_all(query, "host", s.host);
  append_all(query, "log", s.log);
  append_all(query, "exclude", s.exclude);
  if (s.match == mode::partial)
    append_all(query, "match", {"partial"});
  if (s.severity != 0)
    append_all(query, "severity", {std::to_string(s.severity)});
  return query;
}

}  // namespace logio::filter
