// Publishes numbered lines as it is told: the application in tests that kill the hub.
//
// A number on standard input publishes so many more lines, `line 0` and so on, and prints how many
// there are; at its end the publisher is closed, and the counts are printed as one JSON object.

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

#include "logio/client/environment.hpp"

int main() {
  logio::client::publisher log = logio::client::from_environment();
  std::uint64_t next = 0;
  for (std::uint64_t more = 0; std::cin >> more;) {
    for (const std::uint64_t end = next + more; next < end; ++next) {
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
