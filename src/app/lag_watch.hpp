/// Says when a sink that reads the journal is so far behind that retention will soon be quicker,
/// and when it was.
///
///     lag ──── 80 % of what the journal keeps ─► a warning, once ──── below 60 % ─► armed again
///     missed grows ─► an error, once until it stops growing
///
/// Thread safety:  one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "logio/journal/writer_options.hpp"

namespace logio::app {

class lag_watch {
 public:
  struct state {
    std::uint64_t lag_bytes = 0;
    std::int64_t oldest_age_ns = 0;  ///< of what it has to read next; 0: not known
    std::uint64_t missed = 0;        ///< records that were gone before it read them
  };

  /// A line for the log, if there is something to say now.
  std::optional<std::string> look(const state& now, const journal::retention& keep);

 private:
  bool near_ = false;    // and it was said
  bool losing_ = false;  // and it was said
  std::uint64_t missed_ = 0;
};

}  // namespace logio::app
