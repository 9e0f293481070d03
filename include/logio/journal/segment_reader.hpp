/// Reads a segment frame by frame, also one that is damaged, compressed or still being written.
///
///     open ─► (read_summary) ─► seek ─► next: frame … end
///                                        └─► bad ─► find_next_whole ─► next …
///
/// Every frame's checksum is looked at before it is given out, and what the format promises of a
/// payload's inside, so that who takes a frame apart need not check again.
///
/// Ownership:      owns its file and one buffer, which grows to the largest frame.
/// Thread safety:  distinct objects.
/// Errors:         the kernel's; journal_error for what the bytes are not.
/// Limits:         reads 256 KiB ahead; of a compressed segment 1 MiB at a time is unpacked.
/// Source:         src/journal/FORMAT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/base/result.hpp"
#include "logio/journal/format.hpp"
#include "logio/journal/segment_builder.hpp"
#include "logio/journal/segment_summary.hpp"

namespace logio::journal {

class frame_cache;
class segment_content;

struct frame {
  frame_head head;
  std::uint64_t at = 0;
  std::span<const std::byte> payload;  ///< valid until the reader's next call
};

/// What a frame says. REQUIRES: one of that kind, from a segment_reader.
batch as_batch(const frame& f) noexcept;
gap as_gap(const frame& f) noexcept;
struct numbered_topic {
  std::uint32_t number = 0;
  record::topic topic;
};
numbered_topic as_topic(const frame& f);
std::vector<client_state> as_clients(const frame& f);

class segment_reader {
 public:
  enum class status {
    frame,
    end,  ///< of what is there; the frame in front of it was whole
    bad,  ///< no whole frame begins here: `why` says how that shows
  };

  /// `path`, or when that is not there its compressed form, `path`.zst. Where bytes of the file are
  /// meant below, they are those of the plain one. `cache`, if any, must outlive it.
  static result<segment_reader> open(const std::string& path, frame_cache* cache = nullptr);
  segment_reader(segment_reader&&) noexcept;
  segment_reader& operator=(segment_reader&&) noexcept;
  ~segment_reader();

  const segment_head& head() const noexcept { return head_; }
  std::uint64_t file_bytes() const noexcept { return file_bytes_; }
  bool is_compressed() const noexcept;
  /// What it takes on the disk.
  std::uint64_t disk_bytes() const noexcept;

  /// The footer of a sealed segment; nothing when it is not sealed, an error when its footer is
  /// damaged.
  result<std::optional<segment_summary>> read_summary();

  /// What is behind `bytes` of the file is not looked at: of a segment that is still being written,
  /// so far as it is written. Also to go on when it has grown.
  void read_until(std::uint64_t bytes) noexcept { file_bytes_ = end_ = bytes; }

  /// Goes on at a frame's place. `position`: frames in front of it are not taken for whole.
  void seek(std::uint64_t at, std::uint64_t position) noexcept;
  /// Where the next frame is looked for.
  std::uint64_t at() const noexcept { return at_; }
  /// Frames in front of it are not taken for whole.
  std::uint64_t position() const noexcept { return position_; }

  status next(frame& out, error_code& why);
  /// Behind `bad`: goes to the next whole frame. False: there is none, or the kernel's error is in
  /// `why`.
  bool find_next_whole(error_code& why);

 private:
  segment_reader(std::unique_ptr<segment_content> file, const segment_head& head);

  result<const std::byte*> look(std::uint64_t at, std::size_t bytes);
  result<frame> read_frame(std::uint64_t at);
  error_code blame(journal_error shown, std::uint64_t at, std::size_t bytes) const;

  std::unique_ptr<segment_content> file_;
  segment_head head_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t end_ = 0;  // of the frames
  std::uint64_t at_ = head_bytes;
  std::uint64_t position_ = 0;
  std::vector<std::byte> buffer_;
  std::uint64_t buffer_at_ = 0;
  std::size_t buffered_ = 0;
};

}  // namespace logio::journal
