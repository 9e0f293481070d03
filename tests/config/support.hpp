/// Short ways to make an environment, and to take what must have succeeded.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>
#include <utility>

#include "logio/config/environment.hpp"

namespace logio::config {

inline environment variables(std::map<std::string, std::string> values) {
  return environment(std::move(values));
}

template <class Result>
auto taken(Result result) {
  REQUIRE(result.has_value());
  return std::move(*result);
}

}  // namespace logio::config
