/// The files of a folder of segments: which of them are the log, plain or compressed.
///
/// Thread safety:  free functions: any thread.
/// Errors:         the kernel's.
#pragma once

#include <string>
#include <vector>

#include "logio/base/posix_file.hpp"
#include "logio/base/result.hpp"

namespace logio::journal {

/// In their order. Of a segment that is there in both forms the plain one: it is whole until the
/// hub removes it.
result<std::vector<base::file_entry>> list_segments(const std::string& folder);

/// Mends what was being exchanged when a hub ended: removes what is unfinished and, of a segment
/// that is there in both forms, the plain one if the compressed one is whole, else that one. A line
/// into `reports` about what is damaged.
error_code end_exchanges(const std::string& folder, std::vector<std::string>& reports);

}  // namespace logio::journal
