#include "line_splitter.hpp"

namespace logio::app {
namespace {

constexpr std::size_t usual_line_bytes = 64 * 1024;

}  // namespace

void line_splitter::keep(std::string_view part) {
  const std::string_view kept = part.substr(0, most_ - line_.size());
  line_ += kept;
  left_out_ += part.size() - kept.size();
}

void line_splitter::forget() noexcept {
  if (line_.capacity() > usual_line_bytes) line_ = std::string();
  line_.clear();
  left_out_ = 0;
}

}  // namespace logio::app
