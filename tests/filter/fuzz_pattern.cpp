// A pattern and a text, separated by the first newline: the reader of required texts, the plain
// path and the line set must agree with RE2 alone, and a refusal must name a place within the
// pattern.

#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filter/utf8.hpp"
#include "logio/base/result.hpp"
#include "logio/filter/filter.hpp"
#include "logio/filter/line_set.hpp"

using namespace logio::filter;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string pattern(input.substr(0, end));
  const std::string_view text = input.substr(std::min(end + 1, input.size()));

  spec asked;
  asked.log = asked.app = {pattern};
  const limits bounds;
  const auto made = compile(asked, bounds);
  if (!made) {
    LOGIO_ASSERT(made.error().offset <= pattern.size(), "the place is within the pattern");
    LOGIO_ASSERT(!made.error().message.empty() && !made.error().hint.empty(), "words for the user");
    return 0;
  }
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(static_cast<std::int64_t>(bounds.pattern_memory_bytes_max));
  options.set_never_capture(true);  // then two groups may have one name
  const re2::RE2 alone(pattern, options);
  LOGIO_ASSERT(alone.ok(), "what compiles here is a pattern for RE2");
  utf8_text seen(text);
  const std::string valid(seen.valid());
  const bool found = re2::RE2::PartialMatch(valid, alone);
  LOGIO_ASSERT(made->matches_line(text) == found, "a line matches as RE2 says");
  LOGIO_ASSERT(made->app(text) == (pattern.empty() || re2::RE2::FullMatch(valid, alone)),
               "a value matches as RE2 says");

  std::vector<filter> many(6, *made);
  spec excluded;
  excluded.exclude = {pattern};
  many.push_back(*compile(excluded, bounds));
  const line_set set(many);
  line_matches matches;
  set.match(text, matches);
  LOGIO_ASSERT(matches.test(0) == found, "a set answers as the filter");
  LOGIO_ASSERT(matches.test(6) == (pattern.empty() || !found), "also for exclude");
  return 0;
}
