#include "top_screen.hpp"

#include <fmt/core.h>

#include <iterator>
#include <utility>

namespace logio::app {

std::string top_screen::update(std::vector<std::string> lines) {
  std::string out;
  if (!known_ || lines.size() != lines_.size()) {
    out += "\x1b[0m\x1b[2J";
    lines_.assign(lines.size(), {});
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] == lines_[i]) continue;
    // Erased first: behind a full line the cursor would stand on its last column.
    fmt::format_to(std::back_inserter(out), "\x1b[{};1H\x1b[2K{}", i + 1, lines[i]);
  }
  lines_ = std::move(lines);
  known_ = true;
  return out;
}

}  // namespace logio::app
