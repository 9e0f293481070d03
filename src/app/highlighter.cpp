#include "highlighter.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace logio::app {

struct highlighter::body {
  std::vector<std::unique_ptr<re2::RE2>> patterns;
};

highlighter::highlighter() : body_(std::make_unique<body>()) {}
highlighter::~highlighter() = default;
highlighter::highlighter(highlighter&&) noexcept = default;
highlighter& highlighter::operator=(highlighter&&) noexcept = default;

std::optional<std::string> highlighter::add(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{1} << 20);
  auto made = std::make_unique<re2::RE2>(pattern, options);
  if (!made->ok()) return "is no pattern of RE2: " + made->error();
  body_->patterns.push_back(std::move(made));
  return std::nullopt;
}

bool highlighter::empty() const noexcept { return body_->patterns.empty(); }

std::vector<highlighter::span> highlighter::find(std::string_view text) const {
  constexpr std::size_t text_bytes_max = std::size_t{64} << 10;
  std::vector<span> found;
  if (text.size() > text_bytes_max) return found;
  const re2::StringPiece all(text.data(), text.size());
  for (const auto& pattern : body_->patterns) {
    re2::StringPiece match;
    for (std::size_t at = 0;
         at < text.size() &&
         pattern->Match(all, at, text.size(), re2::RE2::UNANCHORED, &match, 1);) {
      const auto from = static_cast<std::size_t>(match.data() - text.data());
      if (!match.empty()) found.emplace_back(from, from + match.size());
      at = from + std::max<std::size_t>(match.size(), 1);
    }
  }
  std::ranges::sort(found);
  std::vector<span> joined;
  for (const span& one : found) {
    if (!joined.empty() && one.first <= joined.back().second) {
      joined.back().second = std::max(joined.back().second, one.second);
    } else {
      joined.push_back(one);
    }
  }
  return joined;
}

}  // namespace logio::app
