/// Marathon's events on their way from the connection to Marathon into the server.
///
/// Ownership:      borrows the server.
/// Thread safety:  give_up() on any thread, all else on the connection's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "logio/input/marathon_link.hpp"
#include "logio/serve/event_input.hpp"
#include "logio/serve/server.hpp"

namespace logio::app {

class marathon_input final : public input::marathon_events {
 public:
  explicit marathon_input(serve::server& to);

  std::optional<std::string> take(std::string json, const std::string& host,
                                  std::uint64_t connection) override;
  void interrupted(std::int64_t from_ns, std::int64_t to_ns, const std::string& why,
                   const std::string& host) override;
  std::int64_t newest_ns() const override { return to_.newest_event_ns(); }

  /// Nobody answers any more: whoever waits for it goes on, and what follows is refused.
  void give_up();

 private:
  struct answers;

  std::optional<std::string> give(serve::event_input event);

  serve::server& to_;
  const std::shared_ptr<answers> answers_;
};

/// As the pages show it.
serve::marathon_status shown(const input::marathon_status& status,
                             const input::marathon_options& options);

}  // namespace logio::app
