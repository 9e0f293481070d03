/// How many columns text takes on a terminal, character by character.
///
/// Only what a caret under a pattern needs: combining marks take none, East Asian wide and emoji
/// characters two. Control characters and bytes that are not UTF-8 are shown as '?', so that what a
/// request contains cannot move the cursor of the one who reads the answer.
///
/// Thread safety:  pure function.
/// Source:         Unicode 15.0: EastAsianWidth.txt (W, F), DerivedGeneralCategory.txt (Mn, Me,
/// Cf),
///                 by blocks.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace logio::base {

struct cell {
  std::size_t offset;      ///< of the character in the text
  std::size_t bytes;       ///< that it takes there
  std::size_t columns;     ///< 0, 1 or 2
  std::string_view shown;  ///< borrows from the text
};

std::vector<cell> display_cells(std::string_view text);

}  // namespace logio::base
