// Prints what an app publishes, one line each, until it has printed so many.
//
//     ./reader http://127.0.0.1:7702 shop 100

#include <cstdlib>
#include <iostream>
#include <variant>

#include "logio/client/subscription.hpp"

int main(int argc, char** argv) {
  using namespace logio::client;
  if (argc != 4) {
    std::cerr << "usage: reader HUB APP COUNT\n";
    return 64;
  }
  subscription_options options;
  options.hub = argv[1];
  options.app = {argv[2]};
  options.since = "1h";
  subscription stream(options);
  for (long left = std::atol(argv[3]); left > 0;) {
    const auto item = stream.next();
    if (!item) {
      std::cerr << "reader: " << stream.error() << '\n';
      return 69;
    }
    if (const auto* record = std::get_if<received_record>(&*item)) {
      std::cout << record->text << ' ' << record->fields << '\n';
      --left;
    } else {
      std::cout << std::get<loss>(*item).text << '\n';
    }
    std::cout.flush();
  }
}
