/// The environment variables of the process, as a value: the only reader of `environ`.
///
/// Ownership:      owns copies.
/// Thread safety:  distinct objects; of_process() while nobody changes the environment.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace logio::config {

class environment {
 public:
  environment() = default;
  explicit environment(std::map<std::string, std::string> values) : values_(std::move(values)) {}

  static environment of_process();

  /// A variable that is set but empty counts as not set.
  std::optional<std::string> get(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace logio::config
