#include "hub_process.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <semaphore>
#include <thread>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/base/log.hpp"
#include "logio/base/quantity.hpp"
#include "logio/config/command_line.hpp"
#include "logio/config/setting_difference.hpp"
#include "logio/net/sockets.hpp"

namespace logio::app {
namespace {

using base::log_level;

constexpr std::size_t descriptors_kept = 64;  // for everything that is no connection
constexpr auto poll_interval = std::chrono::milliseconds(5);
constexpr auto cut_off_time = std::chrono::milliseconds(1000);
constexpr auto journal_look_interval = std::chrono::milliseconds(500);
constexpr unsigned looks_between_lags = 4;
constexpr auto leave_marathon_time = std::chrono::milliseconds(2000);  // at most

/// Raises the limit of open files; as many connections as it allows, at most as many as wanted.
std::size_t possible_connections(std::size_t wanted) {
  const std::uint64_t files = net::raise_descriptor_limit();
  const std::size_t possible = files > 2 * descriptors_kept ? files - descriptors_kept : files / 2;
  if (possible >= wanted) return wanted;
  base::log(log_level::info, {"app"},
            "the limit of open files ({}) allows {} connections, --connections-max is {}; "
            "raise it (ulimit -n, LimitNOFILE) for more",
            files, possible, wanted);
  return possible;
}

/// The ring has 64 gates; the journal needs one of them, and the sinks another.
unsigned thread_count(const config::serve_options& options) {
  const auto wanted = static_cast<unsigned>(options.io_threads);
  return std::min(wanted != 0 ? wanted : net::usable_cpus(), 62U);
}

}  // namespace

hub_process::hub_process(const config::serve_options& options, std::size_t connections_max)
    : options_(options),
      threads_(thread_count(options)),
      limit_(connections_max),
      publishers_of_(threads_.size()),
      signals_(control_.get_executor()),
      reload_signals_(control_.get_executor()),
      drain_timer_(control_.get_executor()),
      grace_timer_(control_.get_executor()),
      journal_timer_(control_.get_executor()) {
  // From now on a signal is kept until run() asks for it.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  reload_signals_.add(SIGHUP);
}

hub_process::~hub_process() { threads_.stop(); }

hub_process::opened hub_process::open(const config::serve_options& options,
                                      const std::string& hub_host,
                                      const service_environment& manager) {
  auto inherited = take_inherited(manager, options);
  if (!inherited) return inherited.error();
  std::unique_ptr<hub_process> made(
      new hub_process(options, possible_connections(options.connections_max)));
  // Ports first: a second hub must fail before it takes memory.
  if (auto failure = made->ports_.open(made->control_, options, std::move(*inherited))) {
    return std::move(*failure);
  }
  if (auto failure = made->open_data(hub_host)) return std::move(*failure);
  if (auto failure = made->open_hub()) return std::move(*failure);
  if (auto failure = made->open_journal()) return std::move(*failure);
  made->open_service(manager);
  if (auto failure = made->open_sinks(hub_host)) return std::move(*failure);
  made->open_server(hub_host);
  return made;
}

std::optional<start_failure> hub_process::open_data(const std::string& hub_host) {
  if (options_.data_dir.empty()) return std::nullopt;
  auto taken = journal::directory::open(
      options_.data_dir,
      fmt::format("process {} on {}, {}", ::getpid(), hub_host,
                  ports_.publish ? "publishers on " + net::to_string(ports_.publish->address())
                                : "without publishers"));
  if (!taken) {
    const journal::directory::failure& why = taken.error();
    const bool in_use = why.why == make_error_code(journal::journal_error::in_use);
    return start_failure{in_use ? base::exit_unavailable : base::exit_cannot_create,
                         fmt::format("logio {}: --data-dir: {}", options_.command_name,
                                     why.message)};
  }
  data_ = std::move(*taken);
  for (const std::string& line : data_->recovered().reports) {
    base::log(log_level::warn, {"journal"}, "{}", line);
  }
  return std::nullopt;
}

std::optional<start_failure> hub_process::open_journal() {
  if (!data_) return std::nullopt;
  journal::segment_head first;
  first.epoch = hub_->epoch();
  first.first_position = data_->recovered().next_position;
  first.created_ns = base::unix_now_ns();
  // On disk before the first record.
  if (const error_code why =
          data_->begin_epoch({first.epoch, first.first_position, first.created_ns})) {
    return start_failure{base::exit_cannot_create,
                         fmt::format("logio {}: --data-dir: cannot write to {}: {}. Make room on "
                                     "its disk, and let this user write to it",
                                     options_.command_name, data_->path(), why.message())};
  }
  for (const journal::client_state& c : data_->recovered().clients) {
    hub_->clients().restore(c.id, c.highest, c.used_ns);
  }
  journal::writer_options writing;
  writing.fsync = options_.fsync;
  writing.fsync_interval = options_.fsync_interval;
  writing.keep = config::kept_journal(options_);
  // So that what retention deletes at a time is a small part of the journal.
  writing.segment_bytes =
      std::clamp(options_.journal_bytes_max / 16, std::uint64_t{1} << 18, writing.segment_bytes);
  journal::writer_events events;
  events.on_progress = [this] { hub_->set_durable(journal_->durable_position()); };
  events.on_write = [this](auto took) { disk_writes_.observe(took.count(), 1); };
  events.on_sync = [this](auto took) { disk_syncs_.observe(took.count(), 1); };
  events.on_written = [this] {
    if (sink_set* const to = told_of_writes_.load(std::memory_order_acquire)) to->note_written();
  };
  journal_ = std::make_unique<journal::writer>(*data_, writing, first, std::move(events));
  journal_thread_ =
      std::make_unique<journal_thread>(*hub_, *journal_, options_.shed_on_disk_stall);
  history_ = std::make_unique<journal_history>(*data_, *journal_);
  if (options_.segment_compression == journal::segment_compression::zstd) {
    compressor_ = std::make_unique<journal::compressor>(*data_);
  }
  hub_->use_deep_history(*history_);
  base::log(log_level::info, {"journal"}, "{}: {} segments with {} bytes, next position {}",
            data_->path(), data_->segments().size(), data_->segment_bytes(),
            first.first_position);
  return std::nullopt;
}

serve::journal_status hub_process::look_at_journal() const {
  serve::journal_status out;
  if (!journal_) return out;
  out.durable_position = journal_->durable_position();
  out.bytes = data_->segment_bytes() + journal_->active_bytes();
  out.segments = data_->segments().size() + 1;
  out.oldest_position = history_->oldest_position();
  out.left_out_records = journal_thread_->left_out_records();
  out.disk_free_bytes = journal_->disk_free_bytes();
  out.stalled_because = journal_->stalled_because();
  out.writes = &disk_writes_;
  out.syncs = &disk_syncs_;
  return out;
}

/// Behind the last record of a run of the hub that ended; nothing: it is not known.
std::optional<std::uint64_t> hub_process::end_of_epoch(std::uint64_t epoch) const {
  const std::vector<journal::epoch_start> all = data_->epochs();
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    if (all[i].epoch == epoch) return all[i + 1].first_position;
  }
  return std::nullopt;
}

/// Keeps `/readyz` true.
void hub_process::watch_journal() {
  constexpr std::string_view reason = "disk stalled";
  if (journal_->stalled_because().empty()) {
    server_->ready().remove_reason(reason);
  } else {
    server_->ready().add_reason(reason);
  }
  if (journal_->is_hanging() && !std::exchange(disk_hangs_, true)) {
    base::log(log_level::error, {"journal"}, "{}", journal_->stalled_because());
  } else if (!journal_->is_hanging() && std::exchange(disk_hangs_, false)) {
    base::log(log_level::info, {"journal"}, "the disk answers again");
  }
  if (++journal_looks_ % looks_between_lags == 0) {
    sinks_->watch_lag(config::kept_journal(options_));
  }
  journal_timer_.expires_after(journal_look_interval);
  journal_timer_.async_wait([this](error_code error) {
    if (!error) watch_journal();
  });
}

/// Writes what the ring and the buffer still hold, until `until`. Returns the exit code.
int hub_process::end_journal(std::chrono::steady_clock::time_point until) {
  if (!journal_) return base::exit_ok;
  // A disk that answers no call at all must not keep the process.
  std::binary_semaphore ended(0);
  std::thread watchdog([&ended, until] {
    if (ended.try_acquire_until(until + cut_off_time)) return;
    base::log(log_level::error, {"journal"}, "the disk does not answer: ended without it");
    std::_Exit(base::exit_unavailable);
  });
  compressor_.reset();
  history_->stop();
  journal_thread_->stop(until);
  const std::uint64_t end = hub_->ring().end().position;
  (void)journal_->close(until);
  const std::uint64_t lost = end - journal_->written_position();
  if (lost != 0) {
    base::log(log_level::error, {"journal"}, "ended with {} records not written: {}", lost,
              journal_->stalled_because());
  }
  ended.release();
  watchdog.join();
  return lost == 0 ? base::exit_ok : base::exit_unavailable;
}

std::optional<start_failure> hub_process::open_sinks(const std::string& hub_host) {
  sinks_ = std::make_unique<sink_set>(sink_surroundings{
      *hub_, data_.get(), journal_.get(), hub_host, options_.pattern_bytes_max});
  sink_changes ignored;
  const auto errors = sinks_->change(options_.sinks, {}, ignored);
  if (!errors.empty()) {
    std::string message;
    for (const std::string& line : errors) {
      message += fmt::format("{}logio {}: {}", message.empty() ? "" : "\n",
                             options_.command_name, line);
    }
    return start_failure{base::exit_configuration, message};
  }
  reloader_ = std::make_unique<reloader>(
      reloader::parts{control_, options_, *sinks_, journal_.get(), service_.get()});
  told_of_writes_.store(sinks_.get(), std::memory_order_release);
  return std::nullopt;
}

std::optional<start_failure> hub_process::open_hub() {
  hub::hub_options wanted;
  wanted.has_sinks = true;
  if (data_) {
    wanted.first_position = data_->recovered().next_position;
    wanted.has_journal = true;
  }
  wanted.ring_bytes = options_.ring_bytes;
  // A whole batch of small records has to fit as well.
  wanted.record_bytes_max = std::max<std::size_t>(
      options_.line_bytes_max,
      input::publisher_set::batch_bytes(options_.subscriber_queue_bytes, options_.ring_bytes));
  wanted.subscriber_queue_bytes = options_.subscriber_queue_bytes;
  wanted.queues_bytes_total = options_.queues_bytes_total;
  wanted.input_bytes_total = options_.input_bytes_total;
  wanted.topics_max = options_.topics_max;
  std::vector<net::executor> executors;
  for (unsigned i = 0; i < threads_.size(); ++i) {
    executors.push_back(threads_.context(i).get_executor());
  }
  auto made = hub::hub::open(wanted, std::move(executors));
  if (!made && made.error() == boost::system::errc::not_enough_memory) {
    return start_failure{base::exit_cannot_create,
                         fmt::format("logio {}: no memory for a ring of {}. Lower --ring-bytes",
                                     options_.command_name,
                                     base::format_size(options_.ring_bytes))};
  }
  if (!made) {
    return start_failure{
        base::exit_configuration,
        fmt::format("logio {}: --ring-bytes {} and --line-bytes-max {} do not go together: {}. "
                    "Raise the first or lower the second",
                    options_.command_name, base::format_size(options_.ring_bytes),
                    base::format_size(options_.line_bytes_max), made.error().message())};
  }
  hub_ = std::move(*made);

  input::publisher_options publishing;
  publishing.line_bytes_max = options_.line_bytes_max;
  publishing.first_byte_timeout = options_.first_byte_timeout;
  for (std::size_t i = 0; i < hub_->shard_count(); ++i) {
    publishers_.push_back(std::make_unique<input::publisher_set>(hub_->at(i), publishing));
  }
  return std::nullopt;
}

void hub_process::open_service(const service_environment& manager) {
  std::vector<net::executor> executors;
  for (unsigned i = 0; i < threads_.size(); ++i) {
    executors.push_back(threads_.context(i).get_executor());
  }
  service_ = std::make_unique<service_link>(
      manager, service_link::parts{control_, *hub_, std::move(executors), ports_.in_words()});
}

void hub_process::open_server(const std::string& hub_host) {
  serve::server_options serving;
  serving.requests.patterns.pattern_bytes_max = options_.pattern_bytes_max;
  serving.requests.match = options_.match_partial ? filter::mode::partial : filter::mode::whole;
  serving.head_timeout = options_.first_byte_timeout;
  serving.stuck_timeout = options_.stuck_timeout;
  serving.body_bytes_max = options_.body_bytes_max;
  serving.line_bytes_max = options_.line_bytes_max;
  serving.events_max = options_.events_max;
  serving.events_folder = options_.data_dir;
  serving.cors.origin = options_.cors_origin;
  serving.hub_host = hub_host;
  serving.version = config::program_version();
  if (!options_.marathon.nodes.empty()) {
    serving.watch_repeated_events = true;
    serving.marathon = [this] { return shown(marathon_->status(), options_.marathon); };
  }
  serving.sinks = sinks_.get();
  serving.config = reloader_.get();
  if (data_) {
    serving.journal = [this] { return look_at_journal(); };
    serving.epoch_end = [this](std::uint64_t epoch) { return end_of_epoch(epoch); };
  }
  server_ = std::make_unique<serve::server>(*hub_, serving, limit_);
  if (options_.marathon.nodes.empty()) return;
  marathon_input_ = std::make_unique<marathon_input>(*server_);
  marathon_ = std::make_unique<input::marathon_link>(options_.marathon, *marathon_input_,
                                                     options_.data_dir);
}

int hub_process::run() {
  start();
  control_.run();
  service_->leave();
  // What is left has no connection any more, or was given up.
  threads_.stop();
  if (marathon_) {
    marathon_input_->give_up();
    marathon_.reset();
  }
  sinks_->join();
  error_code ignored;
  signals_.clear(ignored);  // one more ends it at once
  // Whatever the streams took of the grace time: what is acknowledged is written already.
  return end_journal(std::max(end_by_, std::chrono::steady_clock::now() + cut_off_time / 2));
}

void hub_process::start() {
  if (journal_) {
    journal_thread_->begin();
    watch_journal();
  }
  sinks_->start();
  for (std::size_t i = 0; i < hub_->shard_count(); ++i) {
    asio::post(hub_->at(i).get_executor(), [this, i] { hub_->at(i).start(); });
  }
  threads_.start();
  if (ports_.publish) {
    ports_.publish->start(
        [this](net::accepted connection) { accept_publisher(std::move(connection)); },
        [this](const net::accepted& connection) {
          hub_->note_turned_away();
          input::turn_away(connection, wire::publish_error::too_many_connections,
                           "the hub has no descriptor left; try again later, or raise the limit "
                           "of open files");
        });
  }
  const auto serve_at = [this](net::listener& port, serve::port_kind kind) {
    port.start(
        [this, kind](net::accepted connection) { server_->accept(std::move(connection), kind); },
        [this](const net::accepted& connection) { server_->refuse(connection); });
  };
  if (ports_.subscribe) serve_at(*ports_.subscribe, serve::port_kind::all);
  if (ports_.events) serve_at(*ports_.events, serve::port_kind::events);
  if (marathon_) marathon_->start();  // events may come at once, and are taken
  wait_for_signal();
  wait_for_reload();
  service_->ready();
}

void hub_process::accept_publisher(net::accepted connection) {
  const auto fewest = std::min_element(
      publishers_of_.begin(), publishers_of_.end(), [](const auto& a, const auto& b) {
        return a.load(std::memory_order_relaxed) < b.load(std::memory_order_relaxed);
      });
  connection.ticket = limit_.try_acquire(&*fewest);
  if (!connection.ticket) {
    hub_->note_turned_away();
    return input::turn_away(connection, wire::publish_error::too_many_connections,
                            fmt::format("the hub has {} connections, as many as it may have; try "
                                        "again later, or raise --connections-max",
                                        limit_.max()));
  }
  const auto i = static_cast<std::size_t>(fewest - publishers_of_.begin());
  asio::post(hub_->at(i).get_executor(),
             [this, i, connection = std::move(connection)]() mutable {
               publishers_[i]->add(std::move(connection));
             });
}

void hub_process::wait_for_signal() {
  signals_.async_wait([this](error_code error, int signal) {
    if (error) return;
    begin_drain(signal);
    signals_.async_wait([](error_code again, int second) {
      // Whoever asks twice does not want to wait for destructors either.
      if (!again) std::_Exit(128 + second);
    });
  });
}

void hub_process::wait_for_reload() {
  reload_signals_.async_wait([this](error_code error, int) {
    if (error) return;
    reloader_->reload("SIGHUP", nullptr);
    wait_for_reload();
  });
}

void hub_process::begin_drain(int signal) {
  base::log(log_level::info, {"app"}, "signal {}: ending within {}", signal,
            base::format_duration(options_.grace));
  service_->stopping(options_.grace);
  server_->ready().add_reason("draining");
  end_by_ = std::chrono::steady_clock::now() + options_.grace;
  if (journal_) journal_->hurry();
  grace_timer_.expires_after(options_.grace);
  grace_timer_.async_wait([this](error_code error) {
    if (!error) cut_off();
  });
  if (ports_.publish) ports_.publish->stop();
  if (!marathon_) return close_ports();
  leave_marathon();
}

/// Until Marathon knows, it posts: so long its port stays open.
void hub_process::leave_marathon() {
  const auto until = std::chrono::steady_clock::now() +
                     std::min<std::chrono::milliseconds>(leave_marathon_time, options_.grace / 2);
  marathon_->stop(until, [this] { asio::post(control_, [this] { close_ports(); }); });
  drain_timer_.expires_at(until + poll_interval);
  drain_timer_.async_wait([this](error_code error) {
    if (!error) close_ports();
  });
}

void hub_process::close_ports() {
  if (std::exchange(ports_closed_, true)) return;
  drain_timer_.cancel();
  if (ports_.subscribe) ports_.subscribe->stop();
  if (ports_.events) ports_.events->stop();
  reloader_->stop([this] { drain_publishers(); });
}

/// Runs `action(i)` on each shard's thread, then `then` on the main one.
template <class Do>
void hub_process::on_every_shard(Do action, std::function<void()> then) {
  const auto left = std::make_shared<std::atomic<std::size_t>>(hub_->shard_count());
  for (std::size_t i = 0; i < hub_->shard_count(); ++i) {
    asio::post(hub_->at(i).get_executor(), [this, i, action, left, then] {
      action(i);
      if (left->fetch_sub(1) == 1) asio::post(control_, then);
    });
  }
}

void hub_process::drain_publishers() {
  on_every_shard(
      [this](std::size_t i) {
        publishers_[i]->drain();
        server_->end_uploads(i);
      },
      [this] { when_publishers_drained(); });
}

/// A publisher may wait for room in the ring, so this asks until all are through.
void hub_process::when_publishers_drained() {
  undrained_ = 0;
  on_every_shard(
      [this](std::size_t i) {
        if (!publishers_[i]->drained() || !server_->uploads_ended(i)) undrained_.fetch_add(1);
      },
      [this] {
        if (cut_off_) return;
        if (undrained_.load() == 0) return drain_streams();
        drain_timer_.expires_after(poll_interval);
        drain_timer_.async_wait([this](error_code error) {
          if (!error && !cut_off_) when_publishers_drained();
        });
      });
}

void hub_process::drain_streams() {
  if (std::exchange(publishers_drained_, true)) return;
  drain_sinks();
  on_every_shard([this](std::size_t i) { hub_->at(i).dispatch_all(); },
                 [this] {
                   server_->drain(
                       [this] { asio::post(control_, [this] { when_sinks_drained(); }); });
                 });
}

/// Streams and sinks send what they have at the same time. Half the time that is left is for peers
/// that do not answer.
void hub_process::drain_sinks() {
  const auto now = std::chrono::steady_clock::now();
  sinks_end_by_ = now + (end_by_ - now) / 2;
  sinks_->drain(sinks_end_by_);
}

void hub_process::when_sinks_drained() {
  if (sinks_->ended()) return finish();
  if (std::chrono::steady_clock::now() >= sinks_end_by_) sinks_->cut_off();
  drain_timer_.expires_after(poll_interval);
  drain_timer_.async_wait([this](error_code error) {
    if (!error) when_sinks_drained();
  });
}

/// The grace time is over: who is not through loses what is left.
void hub_process::cut_off() {
  cut_off_ = true;
  base::log(log_level::warn, {"app"}, "the grace time is over: closing what is still open");
  on_every_shard([this](std::size_t i) { publishers_[i]->close_all(); }, [this] {
    drain_streams();
    sinks_->cut_off();
    server_->close();
  });
  grace_timer_.expires_after(cut_off_time);
  grace_timer_.async_wait([this](error_code error) {
    if (!error) std::_Exit(end_journal(std::chrono::steady_clock::now() + cut_off_time / 2));
  });
}

void hub_process::finish() {
  on_every_shard(
      [this](std::size_t i) {
        publishers_[i]->close_all();
        hub_->at(i).stop();
      },
      [this] { control_.stop(); });
}

}  // namespace logio::app
