#include "logio/config/environment.hpp"

#include <unistd.h>

#include <string_view>

namespace logio::config {

environment environment::of_process() {
  environment out;
  for (char** at = ::environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry(*at);
    if (const auto equals = entry.find('='); equals != std::string_view::npos) {
      out.values_.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
  }
  return out;
}

std::optional<std::string> environment::get(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace logio::config
