#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

#include "commands.hpp"
#include "fail.hpp"
#include "http_get.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/filter/spec.hpp"
#include "terminal_text.hpp"

namespace logio::app {
namespace {

constexpr auto connect_timeout = std::chrono::seconds(10);

std::string target_of(const config::tail_options& o) {
  filter::spec wanted;
  wanted.app = o.app;
  wanted.proc = o.proc;
  wanted.host = o.host;
  wanted.log = o.grep;
  wanted.exclude = o.exclude;
  const std::string query = filter::to_query(wanted);
  return query.empty() ? "/" : "/?" + query;
}

/// False: nobody reads any more.
bool print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Waits for the hub; false: the reader of our output has gone meanwhile.
bool wait_for_hub(int fd) {
  for (;;) {
    pollfd wanted[] = {{fd, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
    if (::poll(wanted, 2, -1) < 0 && errno == EINTR) continue;
    if ((wanted[1].revents & (POLLERR | POLLHUP)) != 0) return false;
    if (wanted[0].revents != 0) return true;
  }
}

int explain_refusal(http_get& answer) {
  std::string text;
  for (;;) {
    auto more = answer.read(connect_timeout);
    if (!more || more->empty()) break;
    text += *more;
  }
  if (text.empty()) text = "the hub refuses\n";
  std::fprintf(stderr, "logio tail: %s", visible(text).c_str());
  return answer.status() < 500 ? base::exit_usage : base::exit_unavailable;
}

}  // namespace

int run_tail(const config::tail_options& options) {
  auto answer = http_get::open(options.hub, target_of(options), connect_timeout);
  if (!answer) return fail("tail", base::exit_unavailable, answer.error().message);
  if (answer->status() != 200) return explain_refusal(*answer);

  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  for (;;) {
    if (!answer->has_buffered() && !wait_for_hub(answer->native_handle())) return base::exit_ok;
    auto text = answer->read();
    if (!text) return fail("tail", base::exit_unavailable, text.error().message);
    if (text->empty()) break;
    if (!print(terminal ? visible(*text) : *text)) return base::exit_ok;
  }
  if (answer->complete()) return base::exit_ok;
  return fail("tail", base::exit_unavailable,
              "the connection broke: lines may be missing from here on");
}

}  // namespace logio::app
