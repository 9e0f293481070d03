/// The two ways in which the program says that something went wrong.
///
/// Expected trouble (bad bytes, a peer gone, a full disk) travels as a `result<T>`: a value or an
/// error_code of the module's own documented enum. A broken invariant is a programming error:
/// `LOGIO_ASSERT` says what was believed and ends the process, in every build.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace logio {

using boost::system::error_code;

template <class T>
using result = boost::system::result<T>;

namespace base {

/// Prints one line `logio: broken invariant: WHAT (FILE:LINE)` to stderr and aborts.
[[noreturn]] void invariant_broken(const char* what, const char* file, int line) noexcept;

}  // namespace base
}  // namespace logio

/// Holds in release builds too: a hub that goes on with a broken invariant loses records silently.
#define LOGIO_ASSERT(condition, what)  \
  (static_cast<bool>(condition) ? void(0) \
                                : ::logio::base::invariant_broken(what, __FILE__, __LINE__))
