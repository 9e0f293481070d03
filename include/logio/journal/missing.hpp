/// Why positions of the log are not in the journal.
///
/// Thread safety:  values.
#pragma once

#include <cstdint>

namespace logio::journal {

enum class missing : std::uint8_t {
  damaged,   ///< no whole frame holds them
  left_out,  ///< the disk could not take them: a gap frame says so
  deleted,   ///< no segment holds them
};

}  // namespace logio::journal
