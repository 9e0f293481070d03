/// The stored events on disk, so that a hub that starts again shows them.
///
/// A text file: for each event a line `event ARRIVAL_NS BYTES CRC`, then its JSON and a newline. An
/// event is appended and thereby written; when most of the file is of events that the store has let
/// go of, it is written anew beside its place and renamed into it. It is synced only then: after a
/// power loss the newest events may be missing here. (As records they are in the journal, with its
/// promise.)
///
/// Ownership:      owns its descriptor.
/// Thread safety:  distinct objects; waits for the disk, so never on an I/O thread.
/// Errors:         what is damaged is passed over and told by open(). What cannot be written is
///                 told once in the hub's log, and is written with the next event that can be.
/// Limits:         about twice the bytes of the events that are stored; a longer file is not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "logio/base/posix_file.hpp"
#include "logio/base/result.hpp"
#include "stored_event.hpp"

namespace logio::serve {

class event_file {
 public:
  /// What a file held, oldest first.
  struct content {
    std::vector<stored_event> events;  ///< without app and type
    std::uint64_t damaged_bytes = 0;
  };

  explicit event_file(std::string folder) : folder_(std::move(folder)) {}

  /// Reads what there is. To be called first; an error is the kernel's, and nothing is written
  /// then.
  result<content> open();

  /// Writes the newest event behind the others, or all that are stored anew: when the file has
  /// become longer than twice `stored_bytes`, or is not what it should be.
  void write(const stored_event& newest, std::uint64_t stored_bytes,
             const std::function<std::vector<event_ptr>()>& all);

 private:
  result<std::string> read_whole();
  error_code append(const stored_event& e);
  error_code replace(const std::vector<event_ptr>& all);

  const std::string folder_;
  base::posix_file file_;
  std::uint64_t bytes_ = 0;
  bool whole_ = false;    ///< it has all that is stored, and nothing damaged
  bool refused_ = false;  ///< open() failed
  bool told_ = false;     ///< that it cannot be written
};

}  // namespace logio::serve
