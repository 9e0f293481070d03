// Publishes numbered lines as it is told: the application in tests that kill the hub.
//
// A number on standard input publishes so many more lines, `line 0` and so on, and prints how many
// there are; at its end the publisher is closed, and the counts are printed as one JSON object.

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

#include "logio/client/environment.hpp"

namespace {

/// The next line of standard input. It is waited for in poll: from a read that waits,
/// ThreadSanitizer lets no signal through.
bool next_line(std::string& line) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (std::cin.rdbuf()->in_avail() <= 0 && ::poll(&input, 1, -1) < 0) {
  }
  return static_cast<bool>(std::getline(std::cin, line));
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);  // what is read ahead is seen by in_avail()
  logio::client::publisher log = logio::client::from_environment();
  std::uint64_t next = 0;
  for (std::string line; next_line(line);) {
    for (const std::uint64_t end = next + std::stoull(line); next < end; ++next) {
      log.add("line " + std::to_string(next));
    }
    std::cout << next << std::endl;
  }
  const auto last = log.close(std::chrono::minutes(2));
  std::cout << R"({"added":)" << last.added << R"(,"acknowledged":)" << last.acknowledged
            << R"(,"refused":)" << last.refused << R"(,"dropped":)" << last.dropped
            << R"(,"unconfirmed":)" << last.unconfirmed << "}" << std::endl;
  return last.added == last.acknowledged ? 0 : 1;
}
