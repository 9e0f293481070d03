/// Changes the hub that runs to what its configuration says now: SIGHUP, `POST /v1/reload`.
///
///     read again ─► wrong: nothing changes, each error is told
///                └► sinks, and the settings that can change at once ─► wait until all runs ─► told
///
/// The main thread reads and compares; nothing that moves records waits for it. Requests that come
/// while one is worked on are answered behind it, by one more look at the file.
///
/// Ownership:      borrows all that it changes.
/// Thread safety:  reload(), reloads(): any thread. The rest: the main thread.
/// Limits:         a sink that is changed hands over within half a second, or as soon as its peer
///                 or its disk lets go of it.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "logio/config/serve_options.hpp"
#include "logio/journal/writer.hpp"
#include "logio/net/executor.hpp"
#include "logio/serve/config_board.hpp"
#include "service_link.hpp"
#include "sink_set.hpp"

namespace logio::app {

class reloader final : public serve::config_board {
 public:
  struct parts {
    asio::io_context& main;          ///< run by the main thread
    config::serve_options& options;  ///< of the hub that runs; what was changed is changed there
    sink_set& sinks;
    journal::writer* journal;  ///< null: there is none
    service_link* service;     ///< is told of each reload
  };

  explicit reloader(parts of);
  reloader(const reloader&) = delete;

  void reload(std::string asked_by, answer then) override;
  std::uint64_t reloads(bool well) const noexcept override {
    return (well ? well_ : failed_).load(std::memory_order_relaxed);
  }

  /// Nothing is changed any more, `then` is called when what was begun has been done.
  void stop(std::function<void()> then);

 private:
  struct request {
    std::string asked_by;
    answer then;
  };

  void begin();
  std::vector<std::string> apply();
  void apply_settings(const config::serve_options& wanted);
  void step();
  void finish();
  void say() const;

  const parts of_;
  net::timer timer_;
  std::vector<request> waiting_, working_;
  serve::reload_outcome outcome_;
  net::clock::time_point began_;
  bool stopped_ = false;
  std::function<void()> when_stopped_;
  std::atomic<std::uint64_t> well_{0}, failed_{0};
};

}  // namespace logio::app
