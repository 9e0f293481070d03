/// One sink of the hub: its parts, built in two steps.
///
///     options ─► prepare_sink(): all that can fail ─► start_sink(): source, runner
///
/// Ownership:      a running_sink owns its runner; it borrows hub, directory and writer.
/// Thread safety:  free functions: the main thread. A running_sink's parts say it for themselves.
/// Errors:         one line: which sink cannot be, and why.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "logio/filter/filter.hpp"
#include "logio/hub/hub.hpp"
#include "logio/journal/directory.hpp"
#include "logio/journal/writer.hpp"
#include "logio/sink/journal_source.hpp"
#include "logio/sink/memory_client.hpp"
#include "logio/sink/place_file.hpp"
#include "logio/sink/queue_source.hpp"
#include "logio/sink/runner.hpp"
#include "logio/sink/sink_options.hpp"
#include "lag_watch.hpp"

namespace logio::app {

struct sink_surroundings {
  hub::hub& hub;
  const journal::directory* data = nullptr;  ///< null: no journal
  const journal::writer* journal = nullptr;
  std::string hub_host;  ///< what records without a host are said to come from
  std::size_t pattern_bytes_max = 0;
};

/// What a sink is made of.
struct prepared_sink {
  sink::sink_options options;
  filter::filter wanted;
  std::unique_ptr<sink::client> client;
  sink::memory_client* memory = nullptr;  ///< the client, if it is one
  bool spills = false;
};

boost::system::result<prepared_sink, std::string> prepare_sink(const sink::sink_options& options,
                                                               const sink_surroundings& in);

struct running_sink {
  std::unique_ptr<sink::runner> run;
  sink::queue_source* queue = nullptr;      ///< of the runner's, one of these two
  sink::journal_source* journal = nullptr;
  sink::memory_client* memory = nullptr;
  lag_watch watch;  ///< the main thread's

  const std::string& name() const noexcept { return run->options().name; }
};

/// Where the places and dead letters of all sinks are; empty: nowhere.
std::string sinks_folder(const sink_surroundings& in);

struct sink_start {
  sink::remembered_place last;  ///< what its folder told
  /// Who ran under the name before, and has ended; null: nobody.
  const running_sink* before = nullptr;
  std::uint64_t next = 0;  ///< of the log: where one that was never here begins
};
/// The sink, whose runner is still to be started. What a queue before it holds stays there until it
/// is told to take over.
std::shared_ptr<running_sink> make_running(prepared_sink made, const sink_start& from,
                                           const sink_surroundings& in);

}  // namespace logio::app
