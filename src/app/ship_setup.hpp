/// The parts of `logio ship`, built: all that can be wrong is told before anything is read.
///
/// Ownership:      a ship owns its parts; the input borrows the source, which the runner owns.
/// Thread safety:  one thread.
/// Errors:         one line, with the exit code.
#pragma once

#include <boost/system/result.hpp>

#include <memory>
#include <string>

#include "logio/base/posix_file.hpp"
#include "logio/config/ship_options.hpp"
#include "logio/sink/runner.hpp"
#include "ship_input.hpp"
#include "ship_source.hpp"

namespace logio::app {

struct ship {
  base::posix_file lock;  ///< of the state
  std::unique_ptr<sink::runner> run;
  ship_source* source = nullptr;  ///< the runner's
  std::unique_ptr<ship_input> input;
};

struct ship_failure {
  int exit_code = 0;
  std::string message;
};

boost::system::result<ship, ship_failure> make_ship(const config::ship_options& options,
                                                    const std::string& host_name);

}  // namespace logio::app
