/// Reads a journal from its files, in the order of positions, without a hub.
///
/// Nothing is locked or changed, so the directory may be in use: what a hub is just writing is then
/// the end.
///
/// Ownership:      owns its files.
/// Thread safety:  distinct objects.
/// Errors:         find_segments(): the kernel's. Damage is not an error: on_missing tells of it.
/// Source:         src/journal/FORMAT.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "logio/base/result.hpp"
#include "logio/journal/missing.hpp"
#include "logio/journal/segment_reader.hpp"

namespace logio::journal {

struct segment_file {
  std::string path;
  std::uint64_t bytes = 0;
  std::uint64_t first_position = 0;  ///< as its name tells; 0: it does not
};

/// The segments of a data directory or of the folder that they lie in, in their order, plain or
/// compressed; or the one file that is named.
result<std::vector<segment_file>> find_segments(const std::string& path);

class log_reader {
 public:
  struct handlers {
    /// Before the frames of a segment. Its topics, as far as its footer tells them.
    std::function<void(const segment_head&, const std::map<std::uint32_t, topic_summary>&)>
        on_segment;
    /// Topics, and batches of topics that were told. False: enough; read() returns.
    std::function<bool(const frame&)> on_frame;
    /// `count` positions in front of the next frame.
    std::function<void(missing, std::uint64_t position, std::uint64_t count)> on_missing;
    /// Bytes of files that were read, for progress.
    std::function<void(std::uint64_t bytes)> on_progress;
  };

  /// What there is to say of one segment.
  struct verdict {
    bool gone = false;  ///< deleted meanwhile, or nothing was written yet: there is nothing to say
    bool readable = false;
    bool sealed = false;
    bool compressed = false;
    std::uint64_t first_position = 0, next_position = 0;
    std::uint64_t records = 0;
    std::uint64_t damaged_places = 0;  ///< with at least one whole frame behind each
    std::uint64_t damaged_positions = 0;
    std::uint64_t left_out_positions = 0;
    std::uint64_t torn_bytes = 0;  ///< behind the last whole frame
    std::string why;               ///< of the first damage, or of not being readable
  };

  explicit log_reader(handlers to) : to_(std::move(to)) {}

  /// Skips whole segments that arrived before `since_ns` or from `until_ns` on, where their footers
  /// say so.
  void only(std::int64_t since_ns, std::int64_t until_ns) noexcept {
    since_ns_ = since_ns;
    until_ns_ = until_ns;
  }

  /// The next segment in order. False: the handler has had enough.
  bool read(const segment_file& file, verdict& out);

 private:
  bool begin(segment_reader& reader, verdict& out);
  bool take(const frame& f, verdict& out);
  void miss(missing why, std::uint64_t position, std::uint64_t count, verdict& out);
  void miss_rest(verdict& out);

  handlers to_;
  std::int64_t since_ns_ = INT64_MIN, until_ns_ = INT64_MAX;
  std::set<std::uint32_t> topics_;  // of the segment
  std::uint64_t expected_ = 0;      // 0: nothing was read yet
  std::uint64_t segment_end_ = 0;   // as its footer says; 0: it has none
  std::uint64_t read_bytes_ = 0;
};

}  // namespace logio::journal
