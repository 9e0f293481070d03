#include "answer_reader.hpp"

#include <algorithm>
#include <charconv>

namespace logio::app {

std::vector<std::string> answer_reader::feed(std::string_view bytes) {
  constexpr std::size_t line_bytes_max = 64 * 1024;
  constexpr std::string_view greeting = "{\"logio\":";
  constexpr std::string_view error = "{\"error\":";
  constexpr std::string_view ack = "\"ack\":";
  std::vector<std::string> errors;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (line_.size() > line_bytes_max) line_.resize(line_bytes_max);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    if (line_.starts_with(error)) {
      errors.push_back(line_);
    } else if (const auto at = line_.find(ack); at != std::string::npos) {
      std::uint64_t number = 0;
      std::from_chars(line_.data() + at + ack.size(), line_.data() + line_.size(), number);
      acknowledged_ = std::max(acknowledged_, number);
      greeted_ |= line_.starts_with(greeting);
    }
    line_.clear();
  }
  return errors;
}

}  // namespace logio::app
