#include "pattern.hpp"

#include <algorithm>
#include <utility>

#include "required_text.hpp"

namespace logio::filter {

boost::system::result<pattern, regex_refusal> pattern::make(std::string source,
                                                            std::size_t memory_bytes_max) {
  pattern made;
  required_texts known = find_required_texts(source);
  if (!known.is_plain) {
    auto compiled = regex::make(source, memory_bytes_max);
    if (!compiled)
      return std::move(compiled.error());
    made.regex_ = std::move(*compiled);
  }
  made.required_.reserve(known.any_of.size());
  for (std::string& text : known.any_of) made.required_.emplace_back(std::move(text));
  made.source_ = std::move(source);
  return made;
}

bool pattern::matches_whole(utf8_text& text) const {
  if (regex_)
    return regex_->matches_whole(text.valid());
  return std::any_of(required_.begin(), required_.end(),
                     [&](const text_finder& one) { return one.text() == text.raw(); });
}

bool pattern::found_in(utf8_text& text) const {
  const bool possible = required_.empty() || std::any_of(required_.begin(), required_.end(),
                                                         [&](const text_finder& one) {
                                                           return one.found_in(text.raw());
                                                         });
  return possible && rest_found_in(text);
}

}  // namespace logio::filter
