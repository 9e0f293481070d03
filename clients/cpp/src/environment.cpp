#include "logio/client/environment.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "logio/client/url.hpp"

namespace logio::client {
namespace {

/// In one write, and past the application's streams.
void say(std::string line) {
  line.insert(0, "logio: ");
  line += '\n';
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

/// What on_event remembers; it runs on one thread.
class teller {
 public:
  void operator()(const event& e) {
    const std::string text(e.text);
    switch (e.kind) {
      case event::what::connected:
        return say((std::exchange(away_, false) ? "back: " : "connected: ") + text);
      case event::what::original:
        away_ = false;
        return say("connected: " + text + " does not greet, and may be an original hub");
      case event::what::away:
        away_ = true;
        return say("away: " + text + "; lines are kept");
      case event::what::refused: return say("refused: " + text);
      case event::what::dropped: return say("dropped: " + text);
      case event::what::forked:
        away_ = false;
        return say("fork: process " + std::to_string(::getpid()) + " is a client of its own");
    }
  }

 private:
  bool away_ = false;
};

}  // namespace

publisher from_environment() {
  const char* const url = std::getenv("LOGIO_URL");
  if (url == nullptr || *url == '\0') return publisher();
  url_reading read = read_url(url);
  for (const std::string& warning : read.warnings) say("LOGIO_URL: " + warning);
  if (!read.options) {
    say("LOGIO_URL: " + read.error + "; nothing is published");
    return publisher();
  }
  read.options->start_at_first_record = true;
  read.options->end_timeout = std::chrono::seconds(5);
  const char* const sigterm = std::getenv("LOGIO_SIGTERM");
  read.options->sends_on_sigterm = sigterm == nullptr || std::string_view(sigterm) != "0";
  const char* const debug = std::getenv("LOGIO_DEBUG");
  if (debug != nullptr && std::string_view(debug) == "1") read.options->on_event = teller();
  return publisher(std::move(*read.options));
}

}  // namespace logio::client
