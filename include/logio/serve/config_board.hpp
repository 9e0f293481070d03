/// What can be asked of the hub's configuration, and what came of it.
///
/// Ownership:      implemented by who configures the hub; must outlive the server.
/// Thread safety:  every member, from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace logio::serve {

/// A setting with another value than before.
struct setting_change {
  std::string name;      ///< as in the file: `log_level`
  std::string from, to;  ///< `info`, `debug`
  bool applied = false;  ///< false: from the next start on
};

/// What came of reading the configuration again.
struct reload_outcome {
  std::vector<std::string> errors;  ///< one line each; when there are some, nothing was changed
  std::vector<std::string> added, changed, removed;  ///< sinks, by their names
  std::vector<setting_change> settings;
  double seconds = 0;  ///< from the request to the moment when all that is new runs
};

class config_board {
 public:
  using answer = std::function<void(const reload_outcome&)>;

  virtual ~config_board() = default;

  /// Reads the configuration again and applies what is other. `then` is called once, on another
  /// thread, within a few seconds. `asked_by` is for the log.
  virtual void reload(std::string asked_by, answer then) = 0;

  /// How many went well, or did not, since the start.
  virtual std::uint64_t reloads(bool well) const noexcept = 0;
};

}  // namespace logio::serve
