#include "required_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "logio/base/utf8.hpp"
#include "pattern_syntax.hpp"

namespace logio::filter {
namespace {

constexpr std::size_t texts_max = 16;  // more searches than this cost more than RE2 does
constexpr std::size_t depth_max = 32;
constexpr std::size_t text_bytes_min = 2;  // a shorter one is in every other line

using texts = std::vector<std::string>;

std::size_t shortest(const texts& t) {
  std::size_t bytes = t.empty() ? 0 : SIZE_MAX;
  for (const std::string& text : t) bytes = std::min(bytes, text.size());
  return bytes;
}

/// The longer the shortest text of a set, the fewer lines pass it.
void keep_better(texts& best, texts other) {
  const std::size_t now = shortest(best);
  const std::size_t then = shortest(other);
  if (then < text_bytes_min)
    return;
  if (then > now || (then == now && other.size() < best.size()))
    best = std::move(other);
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

enum class item { character, group, opaque };
enum class repeat { once, at_least_once, maybe_never };

class reader {
 public:
  explicit reader(std::string_view pattern) : pattern_(pattern) {}

  required_texts read() {
    required_texts all = alternation(0);
    if (unknown_ || at_ != pattern_.size())
      return {};
    return all;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }
  bool at_branch_end() const {
    return unknown_ || at_ == pattern_.size() || pattern_[at_] == '|' || pattern_[at_] == ')';
  }

  required_texts alternation(std::size_t depth);
  required_texts concatenation(std::size_t depth);
  item next_item(std::size_t depth);
  item group_item(std::size_t depth);
  item escape_item();
  repeat quantifier();
  bool counted_repeat(bool& may_be_zero);

  std::string_view pattern_;
  std::size_t at_ = 0;
  bool unknown_ = false;   // syntax that this reader does not know
  std::string character_;  // of the last item, when it is a character
  required_texts inner_;   // of the last item, when it is a group
};

required_texts reader::alternation(std::size_t depth) {
  required_texts all = concatenation(depth);
  bool all_known = !all.any_of.empty();
  while (peek() == '|' && at_ < pattern_.size() && !unknown_) {
    ++at_;
    required_texts branch = concatenation(depth);
    all_known = all_known && !branch.any_of.empty() &&
                all.any_of.size() + branch.any_of.size() <= texts_max;
    if (!all_known)
      continue;  // a branch that requires nothing: nothing is required
    all.is_plain = all.is_plain && branch.is_plain;
    std::move(branch.any_of.begin(), branch.any_of.end(), std::back_inserter(all.any_of));
  }
  return all_known ? all : required_texts{};
}

required_texts reader::concatenation(std::size_t depth) {
  texts best;
  std::string run;
  std::size_t items = 0;
  bool only_characters = true;
  bool is_lone_group = false;
  required_texts lone_group;
  const auto end_run = [&] { keep_better(best, {std::exchange(run, {})}); };

  for (; !at_branch_end(); ++items) {
    const item kind = next_item(depth);
    std::string character = std::move(character_);
    required_texts inner = std::move(inner_);
    const repeat times = quantifier();
    only_characters = only_characters && kind == item::character && times == repeat::once;
    is_lone_group = items == 0 && kind == item::group && times == repeat::once;
    if (kind == item::character && times != repeat::maybe_never)
      run += character;
    if (kind == item::character && times == repeat::once)
      continue;
    end_run();
    if (kind == item::group && times != repeat::maybe_never) {
      if (is_lone_group)
        lone_group = inner;
      keep_better(best, std::move(inner.any_of));
    }
  }
  if (only_characters)
    return {{run}, true};
  if (is_lone_group && items == 1)
    return lone_group;
  end_run();
  return {std::move(best), false};
}

/// Reads one item. REQUIRES: !at_branch_end().
item reader::next_item(std::size_t depth) {
  const char c = peek();
  switch (c) {
    case '(':
      return group_item(depth);
    case '\\':
      return escape_item();
    case '*':
    case '+':
    case '?':
      unknown_ = true;
      return item::opaque;
    case '{': {
      bool may_be_zero = false;
      if (!counted_repeat(may_be_zero))
        break;          // a plain brace
      unknown_ = true;  // nothing to repeat
      return item::opaque;
    }
    case '[': {
      const std::size_t end = class_end(pattern_, at_);
      unknown_ = unknown_ || end > pattern_.size();
      at_ = std::min(end, pattern_.size());
      return item::opaque;
    }
    case '.':
    case '^':
    case '$':
      ++at_;
      return item::opaque;
    default:
      break;
  }
  const char* const end = pattern_.data() + pattern_.size();
  character_ = pattern_.substr(at_, base::utf8_next(pattern_.data() + at_, end).bytes);
  at_ += character_.size();
  // U+FFFD stands for whatever is not UTF-8: no text to search for.
  return character_ == "\xEF\xBF\xBD" ? item::opaque : item::character;
}

item reader::group_item(std::size_t depth) {
  ++at_;
  if (depth == depth_max)
    unknown_ = true;
  if (peek() == '?') {
    if (peek(1) == ':') {
      at_ += 2;
    } else if (peek(1) == 'P' && peek(2) == '<') {
      const std::size_t name = at_ + 3;
      const std::size_t end = std::min(pattern_.find('>', name), pattern_.size());
      unknown_ = end == name || end == pattern_.size() ||
                 !std::all_of(pattern_.begin() + static_cast<std::ptrdiff_t>(name),
                              pattern_.begin() + static_cast<std::ptrdiff_t>(end), is_word);
      at_ = std::min(end + 1, pattern_.size());
    } else {
      unknown_ = true;  // flags: `(?i)` changes what a character means
    }
  }
  if (unknown_)
    return item::opaque;
  required_texts inner = alternation(depth + 1);
  unknown_ = unknown_ || peek() != ')';
  ++at_;
  inner_ = std::move(inner);
  return item::group;
}

item reader::escape_item() {
  const char c = peek(1);
  const auto byte = static_cast<unsigned char>(c);
  if (byte > ' ' && byte < 0x7F && !std::isalnum(byte) && c != '_') {
    character_ = c;
    at_ += 2;
    return item::character;
  }
  constexpr std::string_view known = "dDsSwWbBAzafnrtvpPx";
  if (c == '\0' || known.find(c) == std::string_view::npos) {
    unknown_ = true;
    return item::opaque;
  }
  at_ += 2;
  const bool has_name = c == 'p' || c == 'P' || c == 'x';
  if (has_name && peek() == '{') {
    at_ = std::min(pattern_.find('}', at_), pattern_.size() - 1) + 1;
  } else if (has_name) {
    at_ = std::min(at_ + (c == 'x' ? 2 : 1), pattern_.size());
  }
  return item::opaque;
}

repeat reader::quantifier() {
  repeat times = repeat::once;
  bool may_be_zero = false;
  for (int count = 0;; ++count) {
    const char c = peek();
    if (at_ < pattern_.size() && (c == '*' || c == '?' || c == '+')) {
      may_be_zero = c != '+';
      ++at_;
    } else if (!counted_repeat(may_be_zero)) {
      return times;
    }
    if (peek() == '?')
      ++at_;  // prefers few: the same texts
    unknown_ = unknown_ || count > 0;
    times = may_be_zero ? repeat::maybe_never : repeat::at_least_once;
  }
}

/// Steps over `{2}`, `{2,}` or `{2,5}`; anything else at `{` is a plain character.
bool reader::counted_repeat(bool& may_be_zero) {
  if (peek() != '{')
    return false;
  const auto digits = [this](std::size_t from) {
    std::size_t p = from;
    while (p < pattern_.size() && pattern_[p] >= '0' && pattern_[p] <= '9') ++p;
    return p;
  };
  std::size_t p = digits(at_ + 1);
  if (p == at_ + 1)
    return false;
  const bool is_zero =
      pattern_.substr(at_ + 1, p - at_ - 1).find_first_not_of('0') == std::string_view::npos;
  if (p < pattern_.size() && pattern_[p] == ',')
    p = digits(p + 1);
  if (p >= pattern_.size() || pattern_[p] != '}')
    return false;
  may_be_zero = is_zero;
  at_ = p + 1;
  return true;
}

}  // namespace

required_texts find_required_texts(std::string_view pattern) {
  return reader(pattern).read();
}

}  // namespace logio::filter
