#include "chunked.hpp"

#include "verifier.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace logio::bench {

namespace {

constexpr std::size_t head_bytes_max = 16'384;
constexpr std::size_t size_line_max = 64;

}  // namespace

void http_answer::read_head() {
  if (!text_.starts_with("HTTP/1.1 200 ")) {
    throw wrong_bytes("the subscription was answered with\n" + text_);
  }
  std::string lower = text_;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower.find("\r\ntransfer-encoding: chunked\r\n") == std::string::npos) {
    left_ = std::numeric_limits<std::uint64_t>::max();
  }
  state_ = state::first_size;
  text_.clear();
}

/// Takes a byte at a time: a few bytes per chunk, and a chunk holds many lines.
const char* http_answer::framing(const char* at, const char* end) {
  while (at != end) {
    text_.push_back(*at++);
    if (state_ == state::head) {
      if (text_.ends_with("\r\n\r\n")) {
        read_head();
        return at;
      }
      if (text_.size() > head_bytes_max) {
        throw wrong_bytes("a head without end");
      }
      continue;
    }
    // Before each size but the first stands the line end of the chunk before.
    const std::size_t skip = state_ == state::first_size ? 0 : 2;
    if (text_.size() > skip + 2 && text_.ends_with("\r\n")) {
      std::uint64_t size = 0;
      const char* const from = text_.data() + skip;
      const auto parsed = std::from_chars(from, text_.data() + text_.size(), size, 16);
      if (parsed.ec != std::errc{} || (*parsed.ptr != '\r' && *parsed.ptr != ';') ||
          (skip != 0 && !text_.starts_with("\r\n"))) {
        throw wrong_bytes("a bad chunk size: " + text_);
      }
      left_ = size;
      state_ = size == 0 ? state::ended : state::size;
      text_.clear();
      return at;
    }
    if (text_.size() > size_line_max) {
      throw wrong_bytes("a chunk size without end");
    }
  }
  return at;
}

}  // namespace logio::bench
