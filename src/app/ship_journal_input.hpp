/// Records of a journal's files as they are now, for `ship`.
///
/// Ownership:      owns its files; a hub may be using the directory.
/// Thread safety:  as ship_input.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "logio/journal/log_reader.hpp"
#include "logio/record/topic.hpp"
#include "ship_input.hpp"
#include "time_range.hpp"

namespace logio::app {

class ship_journal_input final : public ship_input {
 public:
  /// What comes behind position `after` and arrived within the times.
  /// REQUIRES: `files` come from journal::find_segments().
  ship_journal_input(ship_source& to, filter::filter wanted,
                     std::vector<journal::segment_file> files, std::uint64_t after,
                     const time_range& times);

 private:
  void read() override;
  bool take(const journal::frame& f);
  void skip_read();

  std::vector<journal::segment_file> files_;
  const std::uint64_t after_;
  const time_range times_;
  std::map<std::uint32_t, record::topic> topics_;  // of the segment
  std::uint64_t epoch_ = 0;
  std::uint64_t skipped_bytes_ = 0;
};

}  // namespace logio::app
