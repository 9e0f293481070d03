#include "logio/config/serve_setup.hpp"

#include <utility>

#include "hub_reading.hpp"
#include "logio/config/marathon_setup.hpp"

namespace logio::config {

read_setup read_serve(std::span<const std::string> arguments, const environment& env) {
  const auto table = [&env](serve_options& to) { return serve_command(to, env); };
  auto read = read_places(table, {}, arguments, env);
  if (!read) return std::move(read.error());
  return checked(std::move(*read), arguments);
}

read_setup read_again(const serve_options& running, const environment& env) {
  const auto read = running.command_name == "marathon" ? read_marathon : read_serve;
  return read(running.arguments, env);
}

}  // namespace logio::config
