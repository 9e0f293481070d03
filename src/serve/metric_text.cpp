#include "metric_text.hpp"

#include <fmt/core.h>

#include <iterator>

#include "logio/base/result.hpp"

namespace logio::serve {

void metric_text::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void metric_text::begin(std::string_view suffix, labels of) {
  out_ += name_;
  out_ += suffix;
  char before = '{';
  for (const label& l : of) {
    LOGIO_ASSERT(l.value.find_first_of("\"\\\n") == std::string_view::npos,
                 "labels hold the hub's own words");
    fmt::format_to(std::back_inserter(out_), "{}{}=\"{}\"", before, l.name, l.value);
    before = ',';
  }
  if (before == ',') out_ += '}';
  out_ += ' ';
}

void metric_text::sample(labels of, std::uint64_t value) {
  begin({}, of);
  fmt::format_to(std::back_inserter(out_), "{}\n", value);
}

void metric_text::sample(labels of, double value) { sample({}, of, value); }

void metric_text::sample(std::string_view suffix, labels of, double value) {
  begin(suffix, of);
  fmt::format_to(std::back_inserter(out_), "{}\n", value);
}

void metric_text::single(std::string_view name, std::string_view type, std::string_view help,
                         std::uint64_t value) {
  family(name, type, help);
  sample({}, value);
}

}  // namespace logio::serve
