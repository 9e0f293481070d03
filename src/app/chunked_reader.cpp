#include "chunked_reader.hpp"

#include <algorithm>

namespace logio::app {
namespace {

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

bool chunked_reader::take_size(char c) noexcept {
  if (const int digit = hex(c); digit >= 0 && digits_ < 15) {
    left_ = left_ * 16 + static_cast<unsigned>(digit);
    ++digits_;
    return true;
  }
  if (digits_ == 0) return false;
  if (c == '\n') {
    state_ = left_ == 0 ? state::trailer : state::data;
    digits_ = 0;
  } else if (c == ';' || c == '\r') {
    state_ = state::extension;
  } else {
    return false;
  }
  return true;
}

bool chunked_reader::feed(std::string_view in, std::string& out) {
  while (!in.empty() && state_ != state::failed && state_ != state::done) {
    if (state_ == state::data) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
      out.append(in.substr(0, n));
      in.remove_prefix(n);
      left_ -= n;
      if (left_ == 0) state_ = state::data_end;
      continue;
    }
    const char c = in.front();
    in.remove_prefix(1);
    switch (state_) {
      case state::size:
        if (!take_size(c)) state_ = state::failed;
        break;
      case state::extension:
        if (c != '\n') break;
        state_ = left_ == 0 ? state::trailer : state::data;
        digits_ = 0;
        break;
      case state::data_end:
        if (c == '\n') state_ = state::size;
        else if (c != '\r') state_ = state::failed;
        break;
      default:  // trailer
        if (c == '\n') {
          if (line_empty_) state_ = state::done;
          line_empty_ = true;
        } else if (c != '\r') {
          line_empty_ = false;
        }
        break;
    }
  }
  return state_ != state::failed;
}

}  // namespace logio::app
