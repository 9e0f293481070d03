/// What a fuzzer's input must not break.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace logio::wire::testing {

/// Ends the process when it is broken, as a fuzzer wants it.
inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace logio::wire::testing
