#include "logio/filter/filter.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "body.hpp"
#include "diagnose.hpp"
#include "pattern_syntax.hpp"
#include "utf8.hpp"

namespace logio::filter {
namespace {

/// True when one of `any_of` matches, or when there is none.
bool value_matches(const std::vector<pattern_ptr>& any_of, std::string_view value, mode how) {
  if (any_of.empty())
    return true;
  utf8_text text(value);
  return std::any_of(any_of.begin(), any_of.end(), [&](const pattern_ptr& one) {
    return how == mode::whole ? one->matches_whole(text) : one->found_in(text);
  });
}

/// The offset of `\C`, which would match one byte of a character; npos when there is none.
std::size_t byte_escape(std::string_view pattern) {
  std::size_t found = std::string_view::npos;
  walk_pattern(pattern, [&](char c, std::size_t at) {
    if (pattern[at] == '\\' && c == 'C')
      found = at;
    return found == std::string_view::npos;
  });
  return found;
}

using made_pattern = boost::system::result<pattern_ptr, pattern_error>;

made_pattern make_pattern(std::string_view parameter, const std::string& source,
                          const limits& bounds) {
  const auto refuse = [&](pattern_fault fault, std::size_t offset, std::string message,
                          std::string hint) {
    return pattern_error{fault,  std::string(parameter), source,
                         offset, std::move(message),     std::move(hint)};
  };
  if (source.size() > bounds.pattern_bytes_max) {
    return refuse(pattern_fault::too_long, bounds.pattern_bytes_max,
                  "the pattern has " + std::to_string(source.size()) + " bytes",
                  "a pattern may have at most " + std::to_string(bounds.pattern_bytes_max) +
                      " bytes (--pattern-bytes-max); repeated app=, proc= and host= mean any of "
                      "them");
  }
  if (const std::size_t good = utf8_prefix(source); good != source.size()) {
    return refuse(pattern_fault::not_utf8, good, "a byte that is not UTF-8",
                  "patterns are UTF-8; a byte of a line that is not UTF-8 is matched by .");
  }
  if (const std::size_t at = byte_escape(source); at != std::string_view::npos) {
    return refuse(pattern_fault::syntax, at, "unknown escape \\C",
                  "any character, also a byte that is not UTF-8, is matched by .");
  }
  auto made = pattern::make(source, bounds.pattern_memory_bytes_max);
  if (!made)
    return diagnose(parameter, source, made.error());
  return std::make_shared<const pattern>(std::move(*made));
}

}  // namespace

filter::filter() {
  static const auto everything = std::make_shared<const body>();
  body_ = everything;
}

filter::filter(std::shared_ptr<const body> made) noexcept : body_(std::move(made)) {}

const spec& filter::source() const noexcept {
  return body_->source;
}

bool filter::app(std::string_view value) const {
  return value_matches(body_->app, value, body_->source.match);
}

bool filter::proc(std::string_view value) const {
  return value_matches(body_->proc, value, body_->source.match);
}

bool filter::host(std::string_view value) const {
  return value_matches(body_->host, value, body_->source.match);
}

bool filter::matches_topic(const record::topic_view& topic) const {
  return app(topic.app) && proc(topic.proc) && host(topic.host);
}

bool filter::matches_partly(const record::topic_view& topic) const {
  return value_matches(body_->app, topic.app, mode::partial) &&
         value_matches(body_->proc, topic.proc, mode::partial) &&
         value_matches(body_->host, topic.host, mode::partial);
}

bool filter::has_line_patterns() const noexcept {
  return !body_->log.empty() || !body_->exclude.empty();
}

bool filter::matches_line(std::string_view line) const {
  utf8_text text(line);
  const auto found = [&text](const pattern_ptr& one) { return one->found_in(text); };
  return std::all_of(body_->log.begin(), body_->log.end(), found) &&
         std::none_of(body_->exclude.begin(), body_->exclude.end(), found);
}

compiled compile(const spec& asked, const limits& bounds) {
  auto made = std::make_shared<filter::body>();
  made->source = canonical(asked);
  const spec& source = made->source;
  struct part {
    std::string_view parameter;
    const std::vector<std::string>& sources;
    std::vector<pattern_ptr>& patterns;
  };
  std::size_t count = 0;
  std::size_t steps = 0;
  for (const part& p : {part{"app", source.app, made->app}, part{"proc", source.proc, made->proc},
                        part{"host", source.host, made->host}, part{"log", source.log, made->log},
                        part{"exclude", source.exclude, made->exclude}}) {
    for (const std::string& one : p.sources) {
      if (++count > bounds.patterns_max) {
        return pattern_error{pattern_fault::too_many,
                             std::string(p.parameter),
                             one,
                             0,
                             "more than " + std::to_string(bounds.patterns_max) + " patterns",
                             "join patterns of one parameter with |"};
      }
      made_pattern pattern = make_pattern(p.parameter, one, bounds);
      if (!pattern)
        return std::move(pattern.error());
      steps += (*pattern)->steps();
      if (steps > bounds.steps_max) {
        return pattern_error{pattern_fault::too_complex,
                             std::string(p.parameter),
                             one,
                             0,
                             "the patterns are too complex",
                             "use fewer or smaller repetitions such as {1,100}"};
      }
      p.patterns.push_back(std::move(*pattern));
    }
  }
  return filter(std::move(made));
}

void throw_exception_from_error(const pattern_error& e, const boost::source_location&) {
  throw std::invalid_argument(e.parameter + ": " + e.message + " at offset " +
                              std::to_string(e.offset));
}

}  // namespace logio::filter
