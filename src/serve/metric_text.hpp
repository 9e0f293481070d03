/// Writes metrics in Prometheus' text format.
///
/// Ownership:      owns the text until it is taken.
/// Thread safety:  distinct objects.
/// Source:         Prometheus, "Exposition formats", text format 0.0.4.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace logio::serve {

inline constexpr std::string_view metric_text_type = "text/plain; version=0.0.4; charset=utf-8";

class metric_text {
 public:
  struct label {
    std::string_view name, value;  ///< REQUIRES: a value without quotes, backslashes, line ends
  };
  using labels = std::initializer_list<label>;

  /// Begins a family: the samples that follow are of it. `help` is one line.
  void family(std::string_view name, std::string_view type, std::string_view help);

  void sample(labels of, std::uint64_t value);
  void sample(labels of, double value);
  /// A sample of the family's name with `suffix`: `_bucket`, `_sum`, `_count`.
  void sample(std::string_view suffix, labels of, double value);

  /// A family with one sample.
  void single(std::string_view name, std::string_view type, std::string_view help,
              std::uint64_t value);

  std::string take() && { return std::move(out_); }

 private:
  void begin(std::string_view suffix, labels of);

  std::string out_;
  std::string_view name_;
};

}  // namespace logio::serve
