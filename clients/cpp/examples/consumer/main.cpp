// Publishes what it is told on its command line, waits until the hub has it, and says so.
//
//     LOGIO_URL='logio://127.0.0.1:7701?app=shop&proc=greeter' ./consumer hello world

#include <chrono>
#include <iostream>

#include "logio/client/environment.hpp"
#include "logio/client/fields.hpp"

int main(int argc, char** argv) {
  using namespace std::chrono_literals;

  logio::client::publisher log = logio::client::from_environment();
  for (int i = 1; i < argc; ++i) {
    log.add(argv[i], "info", logio::client::fields().add("word", i).json());
  }
  const logio::client::publisher_stats last = log.close(5s);
  std::cout << last.acknowledged << " of " << last.added << " acknowledged\n";
}
