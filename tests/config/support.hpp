/// Short ways to make an environment, and to take what must have succeeded.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "logio/config/environment.hpp"

namespace logio::config {

inline environment variables(std::map<std::string, std::string> values) {
  return environment(std::move(values));
}

/// Changes or inserts a byte behind `secret`, or anywhere where it is not in `url`: the secret
/// itself and what says that it is one stay.
inline void damage(std::string& url, std::string_view secret, std::mt19937& random) {
  constexpr std::string_view bytes = "abc%2&=?/:@#+ ,[]{}$\n\xff";
  const auto at_secret = url.find(secret);
  const auto from = at_secret == std::string::npos ? 0 : at_secret + secret.size();
  const auto at = from + random() % (url.size() - from + 1);
  const char byte = bytes[random() % bytes.size()];
  if (at < url.size() && random() % 2 == 0) {
    url[at] = byte;
  } else {
    url.insert(at, 1, byte);
  }
}

template <class Result>
auto taken(Result result) {
  REQUIRE(result.has_value());
  return std::move(*result);
}

}  // namespace logio::config
