#include "chunked_body.hpp"

#include <algorithm>
#include <charconv>

namespace logio::client {
namespace {

constexpr std::size_t chunk_line_bytes_max = 8 * 1024;

}  // namespace

chunked_body::state chunked_body::take(std::string_view bytes, std::string& out) {
  while (!bytes.empty() && !complete_) {
    if (part_ == part::content) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      out.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      left_ -= count;
      if (left_ == 0) part_ = part::content_end;
      continue;
    }
    const auto end = std::min(bytes.find('\n'), bytes.size());
    if (line_.size() + end > chunk_line_bytes_max) return state::bad;
    line_ += bytes.substr(0, end);
    if (end == bytes.size()) break;
    bytes.remove_prefix(end + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    if (!take_line(line_)) return state::bad;
    line_.clear();
  }
  return complete_ ? state::complete : state::more;
}

/// One of those around the contents.
bool chunked_body::take_line(std::string_view line) {
  switch (part_) {
    case part::content_end: part_ = part::size; return line.empty();
    case part::trailer: complete_ = line.empty(); return true;
    default: break;
  }
  line = line.substr(0, line.find_first_of("; \t"));  // extensions mean nothing to us
  const char* const end = line.data() + line.size();
  const auto [behind, error] = std::from_chars(line.data(), end, left_, 16);
  if (error != std::errc{} || behind != end) return false;
  part_ = left_ == 0 ? part::trailer : part::content;
  return true;
}

}  // namespace logio::client
