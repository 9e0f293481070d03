/// Compresses the file of a sealed segment.
///
/// Thread safety:  free functions: any thread.
/// Source:         src/journal/FORMAT.md, "Compressed".
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "frame_codec.hpp"
#include "logio/base/result.hpp"

namespace logio::journal {

/// Makes the file `to` from the segment `from`, in frames of so much content; it is on disk, but
/// not its name, when this returns its bytes. `go_on` is asked before each frame. Errors: the
/// kernel's, operation_canceled, `not_sealed`; then there is no file `to`.
result<std::uint64_t> pack_segment(const std::string& from, const std::string& to,
                                   const std::function<bool()>& go_on,
                                   std::size_t content_bytes = frame_content_max);

/// Whether all of this compressed file can be unpacked, and is a sealed segment.
bool is_whole(const std::string& compressed);

}  // namespace logio::journal
