/// The highest number that the log has of each client, as it is carried from segment to segment.
///
/// Ownership:      owns its memory.
/// Thread safety:  distinct objects.
/// Limits:         of clients used within 24 hours the newest 100,000; between two looks at that
///                 twice as many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "logio/journal/segment_builder.hpp"

namespace logio::journal {

class client_book {
 public:
  static constexpr std::size_t clients_max = 100'000;
  static constexpr std::int64_t unused_ns_max = std::int64_t{24} * 3600 * 1'000'000'000;

  /// An empty id is nobody's.
  void note(std::string_view id, std::uint64_t highest, std::int64_t used_ns);

  /// Those that are still to be remembered at this time, oldest use first; the others are
  /// forgotten.
  std::vector<client_state> newest(std::int64_t now_ns);

 private:
  struct state {
    std::uint64_t highest = 0;
    std::int64_t used_ns = 0;
  };
  std::unordered_map<std::string, state> clients_;
};

}  // namespace logio::journal
