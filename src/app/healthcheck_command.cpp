#include <cstdio>
#include <utility>

#include "commands.hpp"
#include "http_get.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::app {

int run_healthcheck(const config::healthcheck_options& options) {
  constexpr auto timeout = std::chrono::seconds(5);
  auto answer = http_get::open(options.hub, "/healthz", timeout);
  config::host_port asked = options.hub;
  if (!answer && options.otherwise) {
    auto other = http_get::open(*options.otherwise, "/healthz", timeout);
    if (other) {
      asked = *options.otherwise;
      answer = std::move(other);
    }
  }
  if (!answer) {
    std::fprintf(stderr, "logio healthcheck: %s\n", answer.error().message.c_str());
    return base::exit_unavailable;
  }
  if (answer->status() != 200) {
    std::fprintf(stderr, "logio healthcheck: %s answers with status %d\n",
                 to_string(asked).c_str(), answer->status());
    return base::exit_unavailable;
  }
  return base::exit_ok;
}

}  // namespace logio::app
