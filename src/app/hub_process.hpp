/// The hub as a process: what `logio serve` builds, runs and takes down again.
///
///     main thread:  signals, accepting on both ports, the order of the end
///     io-0 … io-N:  one shard each, with the publishers and streams that were handed to it
///     with --data-dir: the journal's two threads, and two that read it for streams;
///                   with --segment-compression one that compresses
///     with sinks: one each, and one that feeds those that do not read the journal
///     with --marathon-url: one that talks to Marathon
///
/// SIGHUP reads the configuration again (reloader). A service manager is told what happens, and may
/// have opened the ports (service_link, hub_ports).
///
/// The end, at SIGTERM or SIGINT: the registration with Marathon is removed, ports close, what
/// publishers had sent goes into the ring, is dispatched, streams send it and end cleanly, and the
/// journal is written to its end; all within the grace time.
///
/// Ownership:      owns everything that runs.
/// Thread safety:  one object per process, used by the main thread.
/// Errors:         open() says what failed, what to do, and the exit code.
#pragma once

#include <atomic>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hub_ports.hpp"
#include "journal_history.hpp"
#include "journal_thread.hpp"
#include "logio/config/serve_options.hpp"
#include "logio/hub/hub.hpp"
#include "logio/hub/latency_histogram.hpp"
#include "logio/input/marathon_link.hpp"
#include "logio/input/publisher_set.hpp"
#include "logio/journal/compressor.hpp"
#include "logio/journal/directory.hpp"
#include "logio/journal/writer.hpp"
#include "logio/net/connection_limit.hpp"
#include "logio/net/io_threads.hpp"
#include "logio/serve/server.hpp"
#include "marathon_input.hpp"
#include "reloader.hpp"
#include "service_environment.hpp"
#include "service_link.hpp"
#include "sink_set.hpp"
#include "start_failure.hpp"

namespace logio::app {

class hub_process {
 public:
  using opened = boost::system::result<std::unique_ptr<hub_process>, start_failure>;

  /// `hub_host` is this machine's name; `manager` is who started the hub, if that is a service
  /// manager.
  static opened open(const config::serve_options& options, const std::string& hub_host,
                     const service_environment& manager);

  hub_process(const hub_process&) = delete;
  ~hub_process();

  /// The lines that say where it listens: two, and one more for events.
  std::string ready_lines() const { return ports_.ready_lines(); }

  /// Serves until a signal, then drains. Returns the exit code.
  int run();

 private:
  hub_process(const config::serve_options& options, std::size_t connections_max);

  std::optional<start_failure> open_data(const std::string& hub_host);
  std::optional<start_failure> open_hub();
  std::optional<start_failure> open_journal();
  std::optional<start_failure> open_sinks(const std::string& hub_host);
  void open_service(const service_environment& manager);
  void open_server(const std::string& hub_host);
  serve::journal_status look_at_journal() const;
  std::optional<std::uint64_t> end_of_epoch(std::uint64_t epoch) const;
  void watch_journal();
  int end_journal(std::chrono::steady_clock::time_point until);
  void start();
  void accept_publisher(net::accepted connection);
  void wait_for_signal();
  void wait_for_reload();
  void begin_drain(int signal);
  void leave_marathon();
  void close_ports();
  void drain_publishers();
  void when_publishers_drained();
  void drain_streams();
  void drain_sinks();
  void when_sinks_drained();
  void cut_off();
  void finish();
  template <class Do>
  void on_every_shard(Do action, std::function<void()> then);

  config::serve_options options_;  // the reloader's to change
  asio::io_context control_{1};
  net::io_threads threads_;
  net::connection_limit limit_;
  std::vector<std::atomic<std::size_t>> publishers_of_;  // by thread
  hub::latency_histogram disk_writes_, disk_syncs_;
  std::unique_ptr<journal::directory> data_;
  std::unique_ptr<hub::hub> hub_;
  std::unique_ptr<journal::writer> journal_;
  std::unique_ptr<journal_thread> journal_thread_;
  std::unique_ptr<journal::compressor> compressor_;
  std::unique_ptr<service_link> service_;
  std::unique_ptr<sink_set> sinks_;
  std::unique_ptr<reloader> reloader_;
  std::atomic<sink_set*> told_of_writes_{nullptr};  // by the disk's thread
  std::unique_ptr<journal_history> history_;
  std::vector<std::unique_ptr<input::publisher_set>> publishers_;
  std::unique_ptr<serve::server> server_;
  std::unique_ptr<marathon_input> marathon_input_;
  std::unique_ptr<input::marathon_link> marathon_;  // null: no --marathon-url
  hub_ports ports_;
  asio::basic_signal_set<net::executor> signals_, reload_signals_;
  net::timer drain_timer_, grace_timer_, journal_timer_;
  unsigned journal_looks_ = 0;
  bool disk_hangs_ = false;  // and it was said
  std::atomic<std::size_t> undrained_{0};
  std::chrono::steady_clock::time_point end_by_ = std::chrono::steady_clock::time_point::max();
  std::chrono::steady_clock::time_point sinks_end_by_;
  bool ports_closed_ = false;
  bool publishers_drained_ = false;
  bool cut_off_ = false;
};

}  // namespace logio::app
