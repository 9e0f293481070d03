/// The hub's ports: opened as its flags say, or taken over from a service manager.
///
/// Ownership:      owns the listeners; borrows the io_context, which must outlive it.
/// Thread safety:  the io_context's thread; open() may run before that starts.
/// Errors:         open() says which port, why, and what to do.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "inherited_sockets.hpp"
#include "logio/config/serve_options.hpp"
#include "logio/net/listener.hpp"
#include "start_failure.hpp"

namespace logio::app {

struct hub_ports {
  std::unique_ptr<net::listener> publish, subscribe, events;  // null: none

  /// What was inherited takes the place of what the flag says.
  std::optional<start_failure> open(asio::io_context& context,
                                    const config::serve_options& options,
                                    inherited_sockets inherited);

  /// The lines that say where it listens: two, and one more for events.
  std::string ready_lines() const;
  /// The same within a sentence: ` for publishers on :7701, for subscribers on :7702`.
  std::string in_words() const;
};

}  // namespace logio::app
