/// Reads a segment through and sums up what is whole in it.
///
/// Thread safety:  free function: any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "logio/base/result.hpp"
#include "logio/journal/segment_reader.hpp"

namespace logio::journal {

struct segment_scan {
  segment_summary summary;
  std::uint64_t whole_bytes = 0;        ///< up to behind the last whole frame
  std::uint64_t damaged_positions = 0;  ///< missing between whole frames
  std::uint64_t damaged_places = 0;     ///< how often no whole frame began where one should
  error_code first_damage;              ///< how the first of them showed
};

/// `on_frame` sees every whole frame. `footer`, if there is one, tells the topics whose own frames
/// are damaged. Errors: the kernel's.
result<segment_scan> scan_segment(segment_reader& reader, const segment_summary* footer,
                                  const std::function<void(const frame&)>& on_frame);

}  // namespace logio::journal
