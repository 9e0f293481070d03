/// Why the hub should not be sent work now: what `/readyz` answers.
///
/// Each part that can be unready adds its reason while it is, and takes it out afterwards; the hub
/// is ready while there is none.
///
/// Thread safety:  all members, from any thread.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace logio::serve {

class readiness {
 public:
  /// A short word or two, one line: `draining`. Once more changes nothing.
  void add_reason(std::string_view reason);
  void remove_reason(std::string_view reason);

  /// In the order in which they came.
  std::vector<std::string> reasons() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> reasons_;
};

}  // namespace logio::serve
