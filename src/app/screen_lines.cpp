#include "screen_lines.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace logio::app {
namespace {

constexpr std::size_t usual_screen_line_bytes = 64 * 1024, columns_max = 1'000;
constexpr char escape_byte = '\x1b', bell = '\a', cancel = '\x18', substitute = '\x1a';

bool is_special(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }
bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// 0: none, or none that fits.
std::size_t first_number(std::string_view parameters) {
  std::size_t n = 0;
  std::from_chars(parameters.data(), parameters.data() + parameters.size(), n);
  return n;
}

}  // namespace

std::size_t screen_lines::step(std::string_view bytes) {
  const char c = bytes.front();
  if (state_ == state::title || state_ == state::device || state_ == state::string_end) {
    if (in_string(c)) return 1;
  }
  if (c == escape_byte) {
    state_ = state::escape;
  } else if (c == cancel || c == substitute) {
    state_ = state::text;
  } else if (is_special(c)) {
    special(c);  // also within a sequence, which goes on behind it
  } else if (state_ == state::text || static_cast<unsigned char>(c) >= 0x80) {
    state_ = state::text;
    return plain(bytes);
  } else if (state_ == state::escape) {
    after_escape(c);
  } else if (state_ == state::control) {
    control_byte(c);
  } else {
    state_ = state::text;  // ESC ( B
  }
  return 1;
}

std::size_t screen_lines::plain(std::string_view bytes) {
  const auto end = std::find_if(bytes.begin(), bytes.end(), is_special);
  const std::string_view text(bytes.begin(), end);
  if (!alternate_) put(text);
  return text.size();
}

void screen_lines::put(std::string_view text) {
  if (begin_anew_) forget();
  if (cursor_ < line_.size()) text.remove_prefix(overwrite(text));
  if (text.empty()) return;
  if (beyond_ > 0) line_.append(std::exchange(beyond_, 0), ' ');
  const std::string_view kept = text.substr(0, most_ - std::min(most_, line_.size()));
  line_ += kept;
  left_out_ += text.size() - kept.size();
  cursor_ = line_.size();
}

/// Up to the line's end; gives back how much of `text` that was.
std::size_t screen_lines::overwrite(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && cursor_ < line_.size()) {
    std::size_t end = at + 1;
    if (continues_character(text[at])) {
      // The rest of a character that a read has cut in two.
      line_.insert(cursor_, 1, text[at]);
    } else {
      while (end < text.size() && continues_character(text[end])) ++end;
      line_.replace(cursor_, forward(cursor_, 1) - cursor_, text.substr(at, end - at));
    }
    cursor_ += end - at;
    at = end;
    if (!editable()) cursor_ = line_.size();
  }
  return at;
}

void screen_lines::special(char c) {
  if (alternate_) return;
  switch (c) {
    case '\n':
    case '\v':
    case '\f': complete_ = true; break;
    case '\r': go_to(0); break;
    case '\b': go_back(1); break;
    case '\t': put("\t"); break;
    default: break;  // a bell and the like
  }
}

void screen_lines::after_escape(char c) {
  parameter_bytes_ = string_bytes_ = 0;
  state_ = state::text;
  if (c == '[') {
    state_ = state::control;
  } else if (c == ']') {
    state_ = state::title;
  } else if (c == 'P' || c == 'X' || c == '^' || c == '_') {
    state_ = state::device;
  } else if (c >= ' ' && c <= '/') {
    state_ = state::other;
  } else if (c == 'c') {
    alternate_ = false;
    leave_line();
  } else if (c == 'D' || c == 'E' || c == 'M') {
    leave_line();
  }
}

/// False: the string has been given up, and `c` is to be seen as any other.
bool screen_lines::in_string(char c) {
  if (state_ == state::string_end) {
    state_ = c == '\\' ? state::text : state::escape;
    return c == '\\';
  }
  if (c == escape_byte) {
    state_ = state::string_end;
  } else if (c == bell && state_ == state::title) {
    state_ = state::text;
  } else if (c == cancel || c == substitute || (c == '\n' && state_ == state::title) ||
             ++string_bytes_ > string_bytes_max) {
    state_ = state::text;
    return false;
  }
  return true;
}

void screen_lines::control_byte(char c) {
  if (c >= '@' && c <= '~') {
    state_ = state::text;
    control_end(c);
  } else if (parameter_bytes_ < parameters_.size()) {
    parameters_[parameter_bytes_++] = c;
  }
}

void screen_lines::control_end(char final) {
  const std::string_view parameters(parameters_.data(), parameter_bytes_);
  if (parameters.starts_with('?')) {
    if (final == 'h' || final == 'l') set_mode(final == 'h');
    return;
  }
  // Private ones, and those with an intermediate byte, move nothing.
  if (parameters.find_first_not_of("0123456789;:") != std::string_view::npos) return;
  if (alternate_) return;
  edit(final, first_number(parameters));
}

void screen_lines::edit(char final, std::size_t number) {
  if (std::string_view("ABEFHJLMSTdf").find(final) != std::string_view::npos) return leave_line();
  const std::size_t n = std::clamp<std::size_t>(number, 1, columns_max);
  switch (final) {
    case 'C':
    case 'a': go_forward(n); break;
    case 'D': go_back(n); break;
    case 'G':
    case '`':
      go_to(0);
      go_forward(n - 1);
      break;
    case 'K':
      if (number == 0) cut_off();
      if (number == 1) blank(0, forward(cursor_, 1));
      if (number == 2) blank(0, line_.size());
      break;
    case 'P':
      if (editable()) line_.erase(cursor_, forward(cursor_, n) - cursor_);
      break;
    case 'X': blank(cursor_, forward(cursor_, n)); break;
    case '@':
      if (editable() && cursor_ < line_.size()) line_.insert(cursor_, n, ' ');
      break;
    default: break;  // colours, modes, reports
  }
}

void screen_lines::set_mode(bool on) {
  std::string_view list(parameters_.data() + 1, parameter_bytes_ - 1);
  while (!list.empty()) {
    const std::string_view mode = list.substr(0, list.find(';'));
    list.remove_prefix(std::min(list.size(), mode.size() + 1));
    if (mode == "47" || mode == "1047" || mode == "1049") {
      if (on && !alternate_) leave_line();
      alternate_ = on;
    }
  }
}

void screen_lines::go_to(std::size_t at) {
  if (editable()) {
    cursor_ = at;
    beyond_ = 0;
  } else {
    begin_anew_ = true;
  }
}

void screen_lines::go_forward(std::size_t n) {
  for (; n > 0 && cursor_ < line_.size(); --n) cursor_ = forward(cursor_, 1);
  beyond_ = std::min(beyond_ + n, columns_max);
}

void screen_lines::go_back(std::size_t n) {
  const std::size_t of_these = std::min(n, beyond_);
  beyond_ -= of_these;
  if (editable()) cursor_ = back(cursor_, n - of_these);
}

void screen_lines::cut_off() {
  if (begin_anew_) return forget();
  if (cursor_ == line_.size()) return;
  line_.resize(cursor_);
  left_out_ = 0;
}

/// Nothing is kept of blanks at the end: of the line is left what one sees.
void screen_lines::blank(std::size_t from, std::size_t to) {
  if (!editable()) return;
  if (to < line_.size()) {
    const auto begin = line_.begin();
    std::fill(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to),
              ' ');
    return;
  }
  for (std::size_t at = from; at < cursor_; at = forward(at, 1)) ++beyond_;
  cursor_ = std::min(cursor_, from);
  if (from < line_.size()) left_out_ = 0;
  line_.resize(from);
}

std::size_t screen_lines::forward(std::size_t at, std::size_t n) const {
  for (; n > 0 && at < line_.size(); --n) {
    ++at;
    while (at < line_.size() && continues_character(line_[at])) ++at;
  }
  return at;
}

std::size_t screen_lines::back(std::size_t at, std::size_t n) const {
  for (; n > 0 && at > 0; --n) {
    --at;
    while (at > 0 && continues_character(line_[at])) --at;
  }
  return at;
}

void screen_lines::leave_line() {
  if (line_.empty()) {
    forget();
  } else {
    complete_ = true;
  }
}

void screen_lines::forget() noexcept {
  if (line_.capacity() > usual_screen_line_bytes) line_ = std::string();
  line_.clear();
  cursor_ = beyond_ = 0;
  left_out_ = 0;
  complete_ = begin_anew_ = false;
}

}  // namespace logio::app
