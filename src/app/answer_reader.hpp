/// Reads what a hub answers to an acknowledged publisher: one JSON object per line.
///
/// Thread safety:  distinct objects.
/// Limits:         a line of 64 KiB; a longer one is passed over.
/// Source:         README, "Publish".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace logio::app {

class answer_reader {
 public:
  /// Takes what came, split anywhere. Returns the error objects among it, as they are.
  std::vector<std::string> feed(std::string_view bytes);

  /// The hub has said that it acknowledges.
  bool greeted() const noexcept { return greeted_; }
  /// Records up to this number are in the hub's hands.
  std::uint64_t acknowledged() const noexcept { return acknowledged_; }

 private:
  std::string line_;
  std::uint64_t acknowledged_ = 0;
  bool greeted_ = false;
};

}  // namespace logio::app
