#include "engine.hpp"
#include "net.hpp"
#include "options.hpp"
#include "report.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>

int main(int argc, char** argv) {
  using namespace logio::bench;
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::fputs(usage, stdout);
    return 0;
  }
  try {
    const options wanted = parse_options(argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    if (wanted.core >= 0) {
      pin_to(wanted.core);
    }
    engine run(wanted);
    const outcome found = run.run();
    print(found, stdout);
    const bool may_shed = wanted.may_shed || wanted.flow == flow_kind::open;
    if (!is_good(found, may_shed)) {
      std::fputs("logio_load: lines are lost or unaccounted for\n", stderr);
      return 1;
    }
    return 0;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "logio_load: %s\n", error.what());
    return 64;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "logio_load: %s\n", error.what());
    return 1;
  }
}
