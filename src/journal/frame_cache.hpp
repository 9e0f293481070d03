/// The frames of compressed segments that were read last, unpacked, for all who read one directory.
///
/// A reader that pauses closes its file; when it goes on, the frame that it was in is still here.
///
/// Ownership:      owns its memory; what it gave out lives on with who has it.
/// Thread safety:  all members, from any thread.
/// Limits:         frames_max frames of at most 1 MiB; then the longest unused goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace logio::journal {

class frame_cache {
 public:
  static constexpr std::size_t frames_max = 8;

  using bytes = std::shared_ptr<const std::vector<std::byte>>;
  struct key {
    std::uint64_t epoch = 0, first_position = 0;  ///< of the segment
    std::uint64_t at = 0;                         ///< in the plain one

    bool operator==(const key&) const noexcept = default;
  };

  /// Null: it is not here.
  bytes find(const key& of);
  void put(const key& of, bytes content);

 private:
  struct entry {
    key of;
    bytes content;
  };
  std::mutex mutex_;
  std::vector<entry> entries_;  // under mutex_; the last one was used last
};

}  // namespace logio::journal
