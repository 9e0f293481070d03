#include <utility>

#include "commands.hpp"
#include "fail.hpp"
#include "http_get.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::app {

int run_healthcheck(const config::healthcheck_options& options) {
  constexpr auto timeout = std::chrono::seconds(5);
  auto answer = http_get::open(options.hub, "/healthz", timeout);
  if (!answer && options.otherwise) {
    auto other = http_get::open(*options.otherwise, "/healthz", timeout);
    if (other) answer = std::move(other);
  }
  if (!answer) {
    return fail("healthcheck", base::exit_unavailable, answer.error().message);
  }
  if (answer->status() != 200) {
    return fail("healthcheck", base::exit_unavailable, answer->explain());
  }
  return base::exit_ok;
}

}  // namespace logio::app
