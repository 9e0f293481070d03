/// The HTTP side of the hub: takes connections, reads requests, feeds streams.
///
///     accept() ─► session (a coroutine on some I/O thread: reads and routes one request)
///                   ├─► short answer, close
///                   ├─► publish_session: the body's records into the ring, answer, close
///                   ├─► event_session: one event of Marathon into the ring, answer, close
///                   └─► stream on the shard of its filter and format, until the peer leaves
///
/// Every connection carries one request. A session ends with its request; what stays of an idle
/// subscriber is a socket, a place in its group and a few hundred bytes.
///
/// Ownership:      owns its connections; borrows hub, limit and the hub's io_contexts, all of which
///                 must outlive it. To be destroyed when no io_context runs any more.
/// Thread safety:  all members, from any thread.
/// Limits:         server_options; over connections_max (the limit's) a request gets 503.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "logio/hub/hub.hpp"
#include "logio/net/connection_limit.hpp"
#include "logio/net/listener.hpp"
#include "logio/serve/config_board.hpp"
#include "logio/serve/event_input.hpp"
#include "logio/serve/marathon_status.hpp"
#include "logio/serve/readiness.hpp"
#include "logio/serve/response.hpp"
#include "logio/serve/sink_board.hpp"
#include "logio/serve/stream_request.hpp"

namespace logio::serve {

/// What pages tell of the journal.
struct journal_status {
  std::uint64_t bytes = 0;
  std::size_t segments = 0;
  std::uint64_t oldest_position = 0;   ///< of the first record that a file holds
  std::uint64_t durable_position = 0;  ///< records in front of it are written, or synced
  std::uint64_t left_out_records = 0;  ///< that the disk could not take
  std::uint64_t disk_free_bytes = 0;
  std::string stalled_because;         ///< empty: it is not
  const hub::latency_histogram* writes = nullptr;  ///< live as long as the server
  const hub::latency_histogram* syncs = nullptr;
};

struct server_options {
  stream_request_options requests;
  /// Request line and header fields together; a longer head gets 431 or 414.
  std::size_t head_bytes_max = 64 * 1024;
  /// From the connection to the end of the request's head; of a body, from byte to byte.
  std::chrono::milliseconds head_timeout{30'000};
  /// A stream without one byte acknowledged for so long, while there are some, is closed.
  std::chrono::milliseconds stuck_timeout{900'000};
  /// Longest body of a publishing request, as it is sent and as it is unpacked.
  std::uint64_t body_bytes_max = std::uint64_t{256} << 20;
  std::size_t line_bytes_max = std::size_t{1} << 20;  ///< of a published line; longer ones are cut
  std::size_t events_max = 100;  ///< that GET /events shows, the newest; 0: none
  std::string events_folder;     ///< where they are kept on disk; empty: nowhere
  /// Whether an event may come by several connections, as from Marathon's callbacks and its stream.
  bool watch_repeated_events = false;
  cors_policy cors;
  std::string hub_host;  ///< what loss notices call this hub
  std::string version;   ///< of the program
  std::function<journal_status()> journal;  ///< any thread; empty: there is none
  std::function<marathon_status()> marathon;  ///< any thread; empty: there is none
  sink_board* sinks = nullptr;              ///< must outlive the server; null: there are none
  config_board* config = nullptr;           ///< must outlive the server; null: it cannot change
  /// Of an earlier run of the hub: the position behind its last record; nothing: it is not known.
  /// Any thread; empty: none is.
  std::function<std::optional<std::uint64_t>(std::uint64_t epoch)> epoch_end;
};

enum class port_kind : std::uint8_t { all, events };

class lane;
struct server_state;

class server {
 public:
  server(hub::hub& h, const server_options& options, net::connection_limit& limit);
  server(const server&) = delete;
  ~server();

  /// Serves the connection on one of the I/O threads. At a port for events there is nothing but
  /// /events and /healthz.
  void accept(net::accepted connection, port_kind port = port_kind::all);

  /// Says 503 to a connection that is about to be closed, and counts it.
  void refuse(const net::accepted& connection) noexcept;

  /// Takes an event that the hub itself has fetched. `answer` is given once, on any thread: when
  /// the event is in the log and, if it is JSON, in the store, or when it is not taken; also when
  /// the hub leaves. Who gives one event after the other, each when the last one is answered, keeps
  /// their order.
  void take(event_input event, event_answer answer);

  /// When the newest event was taken, by whatever way, also in an earlier run if it is stored;
  /// nanoseconds since 1970, 0: it is not known.
  std::int64_t newest_event_ns() const noexcept;

  /// What `/readyz` answers.
  readiness& ready() noexcept;

  /// Begins the end of publishing on one of the hub's threads, to be called on it: new requests get
  /// 503, what has come of a body is taken, the rest gets 503.
  void end_uploads(std::size_t thread);
  /// After end_uploads(), on that thread: whether nothing more is published.
  bool uploads_ended(std::size_t thread) const noexcept;

  /// Begins the end: new requests get 503, streams send what they have and end cleanly. `done` is
  /// called, on any thread, when no connection is left. To be called once.
  void drain(std::function<void()> done);

  /// Closes what is left now; what is queued counts as discarded. drain()'s `done` follows.
  void close();

 private:
  void end_sessions();

  hub::hub& hub_;
  const server_options options_;
  net::connection_limit& limit_;
  const std::unique_ptr<server_state> state_;
  net::connection_limit refusals_;  // connections over the limit that are told so
  std::vector<std::unique_ptr<lane>> lanes_;
  std::atomic<std::size_t> next_lane_{0};
  std::atomic<std::size_t> draining_lanes_{0};
  std::function<void()> drained_;
};

}  // namespace logio::serve
