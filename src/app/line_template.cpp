#include "line_template.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace logio::app {
namespace {

using field = line_template::field;

constexpr std::array<std::pair<std::string_view, field>, 9> field_names{{
    {"time", field::time},
    {"arrived", field::arrived},
    {"app", field::app},
    {"proc", field::proc},
    {"host", field::host},
    {"severity", field::severity},
    {"text", field::text},
    {"fields", field::fields},
    {"cursor", field::cursor},
}};

std::string allowed_names() {
  std::string out;
  for (const auto& [name, what] : field_names) {
    out += (out.empty() ? "{" : " {") + std::string(name) + "}";
  }
  return out;
}

/// What `\c` stands for; 0: nothing.
char unescaped(char c) {
  return c == 't' ? '\t' : c == 'n' ? '\n' : c == '\\' ? '\\' : '\0';
}

}  // namespace

boost::system::result<line_template, std::string> line_template::parse(std::string_view text) {
  line_template out;
  std::string words;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && unescaped(next) != '\0') {
      words += unescaped(next);
      ++i;
    } else if ((text[i] == '{' && next == '{') || (text[i] == '}' && next == '}')) {
      words += text[i++];
    } else if (text[i] == '{') {
      const auto end = text.find('}', i);
      const std::string_view name = text.substr(i + 1, std::min(end, text.size()) - i - 1);
      const auto found = std::ranges::find(field_names, name,
                                           &std::pair<std::string_view, field>::first);
      if (end == std::string_view::npos || found == field_names.end()) {
        return fmt::format("has '{{{}' at byte {}, which is none of {}; for a brace write {{{{",
                           name, i, allowed_names());
      }
      out.pieces_.push_back({std::exchange(words, {}), found->second});
      i = end;
    } else {
      words += text[i];
    }
  }
  words += '\n';
  out.pieces_.push_back({std::move(words), field::none});
  return {boost::system::in_place_value, std::move(out)};
}

}  // namespace logio::app
