/// What the program tells its caller when it ends.
///
/// Source:         sysexits.h (4.3BSD); README, "Flags".
#pragma once

namespace logio::base {

enum exit_code : int {
  exit_ok = 0,
  exit_event_store = 1,     ///< `logio marathon`: a bad event store, as marathon-logger ends
  exit_usage = 64,          ///< the command line cannot be understood
  exit_unavailable = 69,    ///< a port, a host or the hub is not to be had
  exit_internal = 70,       ///< a broken invariant
  exit_cannot_create = 73,  ///< memory or a file cannot be made
  exit_configuration = 78,  ///< the environment, a file or the combination of values is wrong
};

}  // namespace logio::base
