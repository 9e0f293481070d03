#include "match_hint.hpp"

#include <algorithm>

namespace logio::serve {

bool matches_only_in_part(const filter::filter& f, const hub::topic_table& topics) {
  constexpr std::size_t topics_max = 10'000;
  const filter::spec& wanted = f.source();
  const bool any_topic = wanted.app.empty() && wanted.proc.empty() && wanted.host.empty();
  if (any_topic || wanted.match == filter::mode::partial) return false;

  const auto known = topics.snapshot();
  const auto end = known.begin() + static_cast<std::ptrdiff_t>(std::min(known.size(), topics_max));
  const auto whole = [&](const hub::topic_ptr& t) { return f.matches_topic(t->topic); };
  const auto partly = [&](const hub::topic_ptr& t) { return f.matches_partly(t->topic); };
  return std::none_of(known.begin(), end, whole) && std::any_of(known.begin(), end, partly);
}

}  // namespace logio::serve
