#include "logio/base/display_width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "logio/base/utf8.hpp"

namespace logio::base {
namespace {

struct range {
  std::uint32_t first, last;
};

constexpr std::array no_columns = {
    range{0x00AD, 0x00AD}, range{0x0300, 0x036F},   range{0x0483, 0x0489},   range{0x0591, 0x05BD},
    range{0x0610, 0x061A}, range{0x064B, 0x065F},   range{0x0E34, 0x0E3A},   range{0x0E47, 0x0E4E},
    range{0x1AB0, 0x1AFF}, range{0x1DC0, 0x1DFF},   range{0x200B, 0x200D},   range{0x2060, 0x2064},
    range{0x20D0, 0x20F0}, range{0x302A, 0x302D},   range{0xFE00, 0xFE0F},   range{0xFE20, 0xFE2F},
    range{0xFEFF, 0xFEFF}, range{0x1F3FB, 0x1F3FF}, range{0xE0100, 0xE01EF},
};

constexpr std::array two_columns = {
    range{0x1100, 0x115F},   range{0x231A, 0x231B},   range{0x23E9, 0x23EC},
    range{0x2E80, 0x303E},   range{0x3041, 0x33FF},   range{0x3400, 0x4DBF},
    range{0x4E00, 0x9FFF},   range{0xA000, 0xA4CF},   range{0xA960, 0xA97F},
    range{0xAC00, 0xD7A3},   range{0xF900, 0xFAFF},   range{0xFE30, 0xFE6F},
    range{0xFF00, 0xFF60},   range{0xFFE0, 0xFFE6},   range{0x16FE0, 0x18CFF},
    range{0x1B000, 0x1B2FF}, range{0x1F300, 0x1F64F}, range{0x1F680, 0x1F6FF},
    range{0x1F7E0, 0x1F7EB}, range{0x1F900, 0x1F9FF}, range{0x1FA70, 0x1FAFF},
    range{0x20000, 0x2FFFD}, range{0x30000, 0x3FFFD},
};

/// Would turn or end the line, or change its direction.
constexpr std::array unshown = {
    range{0x0000, 0x001F}, range{0x007F, 0x009F}, range{0x061C, 0x061C},
    range{0x200E, 0x200F}, range{0x2028, 0x202E}, range{0x2066, 0x206F},
};

bool is_in(std::span<const range> ranges, std::uint32_t point) {
  const auto at = std::partition_point(ranges.begin(), ranges.end(),
                                       [&](const range& r) { return r.last < point; });
  return at != ranges.end() && at->first <= point;
}

/// REQUIRES: a well-formed character.
std::uint32_t value_of(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  constexpr std::uint32_t lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t value = lead & lead_bits[character.size()];
  for (const char c : character.substr(1)) {
    value = value << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return value;
}

}  // namespace

std::vector<cell> display_cells(std::string_view text) {
  std::vector<cell> cells;
  cells.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto step = utf8_next(text.data() + at, text.data() + text.size());
    const std::string_view character = text.substr(at, step.bytes);
    cell next{at, character.size(), 1, character};
    const std::uint32_t point = step.valid ? value_of(character) : 0;
    if (is_in(unshown, point)) {
      next.shown = "?";
    } else if (point >= no_columns.front().first && is_in(no_columns, point)) {
      next.columns = 0;
    } else if (point >= two_columns.front().first && is_in(two_columns, point)) {
      next.columns = 2;
    }
    cells.push_back(next);
    at += character.size();
  }
  return cells;
}

}  // namespace logio::base
