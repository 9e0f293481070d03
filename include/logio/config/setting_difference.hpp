/// What two configurations of a hub say differently, sinks aside.
///
/// Ownership:      results own their values.
/// Thread safety:  a pure function.
#pragma once

#include <string>
#include <vector>

#include "logio/config/serve_options.hpp"

namespace logio::config {

struct setting_difference {
  std::string name;      ///< as in the file: `ring_bytes`
  std::string from, to;  ///< `64MiB`, `128MiB`
  /// A hub that runs can take it over: log_level, log_format, grace, journal_bytes_max,
  /// journal_age_max, disk_free_min.
  bool at_once = false;
};

std::vector<setting_difference> differences(const serve_options& from, const serve_options& to);

/// What may change at once of `to`, into `into`.
void take_over_at_once(serve_options& into, const serve_options& to);

/// What the journal's writer is to keep.
journal::retention kept_journal(const serve_options& o) noexcept;

}  // namespace logio::config
