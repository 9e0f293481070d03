/// Brings a terminal from the picture that it shows to the next one, line by line. Pure.
///
/// Thread safety:  distinct objects.
/// Source:         ECMA-48 (CUP, EL, ED).
#pragma once

#include <string>
#include <vector>

namespace logio::app {

class top_screen {
 public:
  /// What to write: only lines that differ, all of them once after forget().
  std::string update(std::vector<std::string> lines);

  /// What the terminal shows is not known, as after a change of its size.
  void forget() { known_ = false; }

 private:
  std::vector<std::string> lines_;
  bool known_ = false;
};

}  // namespace logio::app
