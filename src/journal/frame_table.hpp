/// Where the frames of a compressed segment lie, and what of the plain one each holds.
///
/// Ownership:      values; borrows the file for the call.
/// Thread safety:  free functions: any thread.
/// Errors:         the kernel's. A table that is damaged is made again from the frames, up to the
///                 first that is damaged too.
/// Limits:         16 bytes of memory for each 1 MiB of the plain segment.
/// Source:         src/journal/FORMAT.md, "Compressed".
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "logio/base/result.hpp"

namespace logio::base {
class posix_file;
}

namespace logio::journal {

/// One frame: from here to the next one's places.
struct frame_place {
  std::uint64_t at = 0;         ///< of its content in the plain segment
  std::uint64_t packed_at = 0;  ///< of itself in the file

  bool operator==(const frame_place&) const noexcept = default;
};

/// In order; the last one is where the frames end, so there is always one.
using frame_table = std::vector<frame_place>;

/// What stands behind the frames.
std::vector<std::byte> encode_table(const frame_table& frames);

/// Of a file with so many bytes.
result<frame_table> read_table(const base::posix_file& file, std::uint64_t file_bytes);

}  // namespace logio::journal
