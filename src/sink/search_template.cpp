#include "sink/search_template.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "logio/base/json_string.hpp"
#include "sink/time_template.hpp"

namespace logio::sink {
namespace {

constexpr std::string_view illegal = "\\/*?\"<>| ,#:";
constexpr std::size_t name_bytes_max = 255;

/// Above what the peers bring for `logs-*-*` (100).
constexpr std::string_view head = R"(,"priority":200,"template":{"mappings":)";

// Strings of `fields` are exact values, and stay strings when they look like dates.
constexpr std::string_view mappings =
    R"({"date_detection":false,"dynamic_templates":[{"strings":{"match_mapping_type":"string",)"
    R"("mapping":{"type":"keyword","ignore_above":1024}}}],"properties":{)"
    R"("@timestamp":{"type":"date_nanos"},"message":{"type":"text"},)"
    R"("service":{"properties":{"name":{"type":"keyword"}}},)"
    R"("process":{"properties":{"name":{"type":"keyword"}}},)"
    R"("host":{"properties":{"name":{"type":"keyword"}}},)"
    R"("log":{"properties":{"level":{"type":"keyword"}}},)"
    R"("event":{"properties":{"sequence":{"type":"long"}}}}})";

bool is_legal(char c) noexcept {
  return static_cast<unsigned char>(c) >= 0x20 && illegal.find(c) == std::string_view::npos;
}

/// Calls `part` with each time part's letter or 0, and each other character or 0.
template <class Part>
void for_each_part(std::string_view index, Part part) {
  for (std::size_t i = 0; i < index.size(); ++i) {
    const bool escaped = index[i] == '%' && i + 1 < index.size();
    if (escaped) ++i;
    const bool is_time =
        escaped && std::string_view("YmdH").find(index[i]) != std::string_view::npos;
    part(is_time ? index[i] : '\0', is_time ? '\0' : index[i]);
  }
}

}  // namespace

std::optional<std::string> check_index_name(std::string_view index, bool data_stream) {
  if (index.empty()) return "no index is named: elasticsearch://HOST:9200/logs-%Y.%m.%d";
  if (auto wrong = time_template::check(index)) return "index: " + *wrong;
  if (index.size() > name_bytes_max) {
    return fmt::format("index '{}' has {} bytes; at most {} are allowed", index, index.size(),
                       name_bytes_max);
  }
  if (std::string_view("-_+").find(index.front()) != std::string_view::npos || index == "." ||
      index == "..") {
    return fmt::format("index '{}' may be neither . nor .. nor begin with - _ or +", index);
  }
  std::optional<std::string> wrong;
  for_each_part(index, [&](char time_part, char other) {
    if (wrong) return;
    if (time_part != '\0' && data_stream) {
      wrong = fmt::format("data stream '{}' has a time in its name: leave it out, or "
                          "data_stream=true; its backing indices roll over by themselves", index);
    } else if (time_part == '\0' && other >= 'A' && other <= 'Z') {
      wrong = fmt::format("index '{}' has a capital letter: only small ones are allowed", index);
    } else if (time_part == '\0' && !is_legal(other)) {
      wrong = fmt::format("index '{}' has a character that is not allowed: one of {} or a "
                          "control character", index, illegal);
    }
  });
  return wrong;
}

search_template make_search_template(std::string_view index, bool data_stream) {
  search_template out;
  out.name = "logio-";
  for_each_part(index, [&out](char time_part, char other) {
    switch (time_part) {
      case 'Y': out.name += "yyyy"; break;
      case 'm': out.name += "mm"; break;
      case 'd': out.name += "dd"; break;
      case 'H': out.name += "hh"; break;
      default: out.name += other;
    }
    if (time_part == '\0') {
      out.pattern += other;
    } else if (!out.pattern.ends_with('*')) {
      out.pattern += '*';
    }
  });
  out.body = R"({"index_patterns":[)";
  base::append_json_string(out.body, out.pattern);
  out.body += ']';
  if (data_stream) out.body += R"(,"data_stream":{})";
  out.body.append(head).append(mappings).append("}}");
  return out;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace logio::sink
