/// Where a sink stands in the log, on disk: `DIR/place`, one line `EPOCH-POSITION`.
///
/// Replaced as a whole and synced. A file that is lost or damaged means that records are delivered
/// again, never that some are skipped: only a sink that was never here begins at what is new, and
/// that it was here its folder shows.
///
/// Thread safety:  distinct objects.
/// Errors:         the kernel's.
#pragma once

#include <optional>
#include <string>

#include "logio/base/result.hpp"
#include "logio/sink/source.hpp"

namespace logio::sink {

/// What a sink's folder tells of its last run.
struct remembered_place {
  bool known = false;              ///< the sink was here before
  std::optional<log_place> place;  ///< nothing: it is lost
};

/// Makes the folder, and its parent, where they are missing.
result<remembered_place> open_place(const std::string& parent, const std::string& name);

/// Undoes an open_place() that found nothing, and what save_place() wrote there since.
void forget_place(const std::string& parent, const std::string& name) noexcept;

error_code save_place(const std::string& folder, const log_place& place);

}  // namespace logio::sink
