/// A compiled filter: the patterns of one spec, ready to run on topics and lines.
///
/// Compiled once per subscription. The topic patterns are asked once per distinct value of app,
/// proc and host (the caller remembers the answers), so they need not be fast; the line patterns
/// run for every line, so they are: a plain text pattern is a SIMD search without RE2, any other
/// one starts with a search for a text that every match must hold, where the pattern has such a
/// text.
///
/// Patterns are RE2, case-sensitive (`(?i)` changes that), in UTF-8. What is not UTF-8 in a line
/// counts as U+FFFD, as the JSON output shows it: `.` and `[^a]` match it, so `error.*timeout` is
/// found whatever lies between. (RE2 alone would stop at such a byte, as if the line ended there.)
/// `\C`, a single byte, is refused: it would see the bytes of the replacement.
///
/// Ownership:      a filter is a handle; copies share one compiled, immutable body.
/// Thread safety:  all const members may be called from any thread at the same time.
/// Errors:         compile() returns a pattern_error, in words for the user.
/// Limits:         `limits`; a pattern past them is refused, never cut. A match never fails and
///                 takes time linear in the text (RE2).
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "logio/filter/spec.hpp"
#include "logio/record/topic.hpp"

namespace logio::filter {

struct limits {
  /// Longest pattern. Longer ones cost compile time on an I/O thread (about 1 ms at 4 KiB).
  std::size_t pattern_bytes_max = 4096;
  /// Most patterns of one spec, all parameters together; each line pattern may cost one pass.
  std::size_t patterns_max = 64;
  /// Memory of one pattern that needs RE2: its program and the DFA states that it caches. Past it
  /// the program is refused (`too_complex`); states that do not fit make matching slower, not
  /// wrong.
  std::size_t pattern_memory_bytes_max = std::size_t{1} << 19;
  /// RE2 instructions of one spec's patterns together: what a line may cost at the worst, about
  /// 2.5 ns for each instruction and byte, which only patterns made for it reach, such as
  /// `(a?b?c?.?){300}`. Raising it lets one reader take more of a thread; a plain alternation has
  /// about one instruction a byte.
  std::size_t steps_max = 5000;
};

/// Why a pattern was refused.
enum class pattern_fault : std::uint8_t {
  syntax,       ///< RE2 cannot read it; `offset` says where
  not_utf8,     ///< the pattern has a byte that is not UTF-8, at `offset`
  too_long,     ///< over `pattern_bytes_max`
  too_complex,  ///< its program is over `pattern_memory_bytes_max`, or all over `steps_max`
  too_many,     ///< over `patterns_max`; `pattern` is the first one too many
};

struct pattern_error {
  pattern_fault fault = pattern_fault::syntax;
  std::string parameter;   ///< `app`, `proc`, `host`, `log` or `exclude`
  std::string pattern;     ///< as the user wrote it
  std::size_t offset = 0;  ///< byte of `pattern` where the trouble is
  std::string message;     ///< what is wrong, without the place: `missing )`
  std::string hint;        ///< what to do
};

class filter {
 public:
  /// Matches every record.
  filter();

  /// The canonical spec that it was compiled from.
  const spec& source() const noexcept;

  /// True when app, proc and host all match, in the spec's mode.
  bool matches_topic(const record::topic_view& topic) const;

  /// The three parts of matches_topic, for a caller that remembers the answer per value.
  bool app(std::string_view value) const;
  bool proc(std::string_view value) const;
  bool host(std::string_view value) const;

  /// True when app, proc and host would all match as a search, whatever the mode: tells a reader
  /// whose patterns match no topic whole that `match=partial` would find some.
  bool matches_partly(const record::topic_view& topic) const;

  /// False when every text matches, so that a caller need not look at texts at all.
  bool has_line_patterns() const noexcept;

  /// True when all `log` patterns are found in the text and no `exclude` pattern is.
  bool matches_line(std::string_view text) const;

 private:
  friend class line_set;
  friend boost::system::result<filter, pattern_error> compile(const spec&, const limits&);

  struct body;
  explicit filter(std::shared_ptr<const body> made) noexcept;

  std::shared_ptr<const body> body_;
};

using compiled = boost::system::result<filter, pattern_error>;

/// Compiles the canonical form of `asked`. An error is the first one in the order app, proc, host,
/// log, exclude.
compiled compile(const spec& asked, const limits& bounds);

/// For compiled::value(): throws std::invalid_argument with parameter, message and place.
[[noreturn]] void throw_exception_from_error(const pattern_error& e, const boost::source_location&);

}  // namespace logio::filter
