#include "logio/base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace logio::base {

void invariant_broken(const char* what, const char* file, int line) noexcept {
  std::fprintf(stderr, "logio: broken invariant: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace logio::base
