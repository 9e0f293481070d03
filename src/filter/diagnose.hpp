/// Turns RE2's finding into what helps a user: the place, the matter in plain words, the remedy.
///
/// Thread safety:  pure function.
/// Limits:         asks RE2 again about at most 16 prefixes of the pattern to find the place.
#pragma once

#include <string_view>

#include "logio/filter/filter.hpp"
#include "regex.hpp"

namespace logio::filter {

pattern_error diagnose(std::string_view parameter, std::string_view pattern,
                       const regex_refusal& refusal);

}  // namespace logio::filter
