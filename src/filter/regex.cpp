#include "regex.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <utility>

#include "logio/base/result.hpp"

namespace logio::filter {
namespace {

re2::StringPiece piece(std::string_view s) {
  return {s.data(), s.size()};
}

re2::RE2::Options options(std::size_t memory_bytes_max) {
  re2::RE2::Options o(re2::RE2::Quiet);
  o.set_encoding(re2::RE2::Options::EncodingUTF8);
  o.set_never_capture(true);  // no groups are read: smaller programs
  o.set_max_mem(static_cast<std::int64_t>(memory_bytes_max));
  return o;
}

regex_fault fault_of(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorBadEscape:
      return regex_fault::bad_escape;
    case re2::RE2::ErrorBadCharClass:
      return regex_fault::bad_class;
    case re2::RE2::ErrorBadCharRange:
      return regex_fault::bad_range;
    case re2::RE2::ErrorMissingBracket:
      return regex_fault::missing_bracket;
    case re2::RE2::ErrorMissingParen:
      return regex_fault::missing_parenthesis;
    case re2::RE2::ErrorUnexpectedParen:
      return regex_fault::unexpected_parenthesis;
    case re2::RE2::ErrorTrailingBackslash:
      return regex_fault::trailing_backslash;
    case re2::RE2::ErrorRepeatArgument:
      return regex_fault::nothing_to_repeat;
    case re2::RE2::ErrorRepeatSize:
      return regex_fault::repetition_too_large;
    case re2::RE2::ErrorRepeatOp:
      return regex_fault::double_repetition;
    case re2::RE2::ErrorBadPerlOp:
      return regex_fault::unknown_group;
    case re2::RE2::ErrorBadUTF8:
      return regex_fault::not_utf8;
    case re2::RE2::ErrorBadNamedCapture:
      return regex_fault::bad_group_name;
    case re2::RE2::ErrorPatternTooLarge:
      return regex_fault::too_complex;
    case re2::RE2::NoError:
    case re2::RE2::ErrorInternal:
      break;
  }
  return regex_fault::other;
}

}  // namespace

struct regex::body {
  body(std::string_view pattern, std::size_t memory_bytes_max)
      : program(piece(pattern), options(memory_bytes_max)) {}

  re2::RE2 program;
};

regex::regex(std::unique_ptr<body> made) noexcept : body_(std::move(made)) {}
regex::~regex() = default;
regex::regex(regex&&) noexcept = default;
regex& regex::operator=(regex&&) noexcept = default;

boost::system::result<regex, regex_refusal> regex::make(std::string_view pattern,
                                                        std::size_t memory_bytes_max) {
  auto made = std::make_unique<body>(pattern, memory_bytes_max);
  if (!made->program.ok()) {
    return regex_refusal{fault_of(made->program.error_code()), made->program.error_arg()};
  }
  return regex(std::move(made));
}

bool regex::matches_whole(std::string_view text) const {
  return body_->program.Match(piece(text), 0, text.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

bool regex::found_in(std::string_view text) const {
  return body_->program.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

std::size_t regex::steps() const noexcept {
  return static_cast<std::size_t>(std::max(body_->program.ProgramSize(), 0));
}

struct regex_set::body {
  explicit body(std::size_t memory_bytes_max)
      : program(options(memory_bytes_max), re2::RE2::UNANCHORED) {}

  re2::RE2::Set program;
};

regex_set::regex_set(std::span<const std::string_view> patterns, std::size_t memory_bytes_max)
    : body_(std::make_unique<body>(memory_bytes_max)) {
  for (std::string_view pattern : patterns) {
    LOGIO_ASSERT(body_->program.Add(piece(pattern), nullptr) >= 0,
                 "a pattern that compiled alone can join a set");
  }
  if (!body_->program.Compile())
    body_.reset();
}

regex_set::~regex_set() = default;
regex_set::regex_set(regex_set&&) noexcept = default;
regex_set& regex_set::operator=(regex_set&&) noexcept = default;

bool regex_set::search(std::string_view text, std::vector<int>& found) const {
  re2::RE2::Set::ErrorInfo trouble{re2::RE2::Set::kNoError};
  found.clear();
  // Without a vector the automaton stops at the first match and allocates nothing: most lines hold
  // none of the patterns.
  if (!body_->program.Match(piece(text), nullptr, &trouble)) {
    return trouble.kind == re2::RE2::Set::kNoError;
  }
  if (body_->program.Match(piece(text), &found, &trouble))
    return true;
  return trouble.kind == re2::RE2::Set::kNoError;
}

}  // namespace logio::filter
