/// Sockets that a service manager has opened for the hub, sorted by what they are for.
///
/// While the hub is restarted the manager keeps them: connections wait, and none is refused.
///
/// Ownership:      owns the descriptors.
/// Thread safety:  distinct objects; take_inherited() once a process, before any other thread.
/// Errors:         a socket that is of no use, or for nobody knows what, is a start_failure.
/// Limits:         64 sockets.
/// Source:         sd_listen_fds(3).
#pragma once

#include <boost/system/result.hpp>

#include <vector>

#include "logio/config/serve_options.hpp"
#include "logio/net/unique_fd.hpp"
#include "service_environment.hpp"
#include "start_failure.hpp"

namespace logio::app {

struct inherited_sockets {
  std::vector<net::unique_fd> publish, subscribe, events;
};

/// A socket is for what its name says: `publish`, `subscribe`, `events`. With another name, or
/// none, it is for the address of `options` that it is bound to.
boost::system::result<inherited_sockets, start_failure> take_inherited(
    const service_environment& manager, const config::serve_options& options);

}  // namespace logio::app
