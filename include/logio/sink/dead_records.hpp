/// Dead letters as records again.
///
/// Ownership:      owns the records of one read().
/// Thread safety:  distinct objects.
/// Errors:         a line that holds no record is counted in unreadable() and passed over.
/// Limits:         records up to the limit given; lines of dead_letters.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "logio/sink/client.hpp"
#include "logio/sink/record_lines.hpp"

namespace logio::sink {

class dead_records {
 public:
  explicit dead_records(std::size_t record_bytes_max) : objects_(record_bytes_max) {}

  /// The records of these lines; they were given to the peer before. Valid until the next read().
  const std::vector<item>& read(std::string_view lines);

  std::uint64_t unreadable() const noexcept { return unreadable_; }

 private:
  struct held {
    std::vector<std::byte> record;
    record::topic topic;
  };
  bool read_line(std::string_view line);

  record_lines objects_;
  std::deque<held> held_;
  std::vector<item> items_;
  std::uint64_t unreadable_ = 0;
};

}  // namespace logio::sink
