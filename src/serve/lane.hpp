/// The server's part on one I/O thread: its sessions, its streams, and what they share.
///
/// Ownership:      the server owns lanes; a lane owns its streams and sessions.
/// Thread safety:  belongs to its shard's thread; only post_*() may be called from others.
#pragma once

#include <sys/uio.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "event_counts.hpp"
#include "event_store.hpp"
#include "logio/hub/hub.hpp"
#include "logio/net/connection_limit.hpp"
#include "logio/net/deadlines.hpp"
#include "logio/net/executor.hpp"
#include "logio/net/listener.hpp"
#include "logio/net/task_group.hpp"
#include "logio/net/worker.hpp"
#include "logio/serve/event_input.hpp"
#include "logio/serve/request_head.hpp"
#include "logio/serve/response.hpp"
#include "logio/serve/server.hpp"
#include "repeated_events.hpp"
#include "subscriber_row.hpp"
#include "upload_room.hpp"

namespace logio::serve {

class stream;

/// A stream on its way from the session that read its request to the shard that will feed it.
struct stream_start {
  net::accepted connection;
  request_head head;
  stream_request request;
};

/// A connection whose request is still to be read.
struct session_start {
  net::accepted connection;
  bool over_limit = false;   ///< to be told so, whatever it asks
  bool events_only = false;  ///< it came by the port for events
};

/// What the lanes of one server share. Thread safety: any thread.
struct server_state {
  server_state(net::connection_limit& connections, std::size_t events_max,
               const std::string& events_folder);

  net::connection_limit& limit;
  const std::int64_t started_ns;
  const net::clock::time_point started = net::clock::now();
  readiness ready;
  std::atomic<std::uint64_t> turned_away{0};  // connections told 503 without being read
  std::atomic<std::uint64_t> last_stream_id{0};
  event_store events;
  event_counts event_numbers;
  repeated_events repeated;
  /// What events that are being read may hold: so much less of input_bytes_total is publishers'.
  std::atomic<std::int64_t> event_bytes{0};
  net::worker worker{"http-worker"};
};

class lane;

/// A publishing request, from its head to the end of its answer.
class upload {
 public:
  explicit upload(lane& owner);
  upload(const upload&) = delete;

  /// The hub leaves: take what has come, then end.
  virtual void end() noexcept = 0;

 protected:
  ~upload();

 private:
  lane& owner_;
};

class lane {
 public:
  lane(hub::hub& h, hub::shard& shard, const server_options& options, server_state& server,
       std::vector<std::unique_ptr<lane>>& all);
  lane(const lane&) = delete;
  ~lane();

  void post_session(session_start start);
  void post_stream(stream_start start);
  void post_event(event_input event, event_answer answer);
  /// Ends the streams; `done` is called on this lane's thread when it has none left.
  void post_drain(std::function<void()> done);
  /// Afterwards: ends what else is there; `done` when this lane has no connection left.
  void post_end_sessions(std::function<void()> done);
  void post_close();
  /// Tells `done`, on this lane's thread, of streams with ids above `after`: as many as can be
  /// described in a short time.
  void post_describe(std::uint64_t after, std::function<void(subscriber_rows)> done);

  hub::hub& hub() noexcept { return hub_; }
  hub::shard& shard() noexcept { return shard_; }
  const server_options& options() const noexcept { return options_; }
  server_state& server() noexcept { return server_; }
  const net::executor& get_executor() const noexcept { return shard_.get_executor(); }
  net::deadline_set& deadlines() noexcept { return deadlines_; }
  bool draining() const noexcept { return draining_ || uploads_ending_; }
  /// Nothing more is published, and streams end.
  bool streams_end() const noexcept { return draining_; }
  std::size_t lanes() const noexcept { return all_.size(); }
  lane& at(std::size_t index) noexcept { return *all_[index]; }
  lane& of(const hub::shard& shard) noexcept { return *all_[shard.index()]; }
  hub::encoder& encoder(stream_format format) noexcept {
    return *encoders_[static_cast<std::size_t>(format)];
  }

  /// To be called once for each request, when its answer is about to be sent.
  void count_answer(unsigned status) noexcept {
    shard_.counters().http_answers[answer_status_index(status)].add(1);
  }

  void end_uploads();
  bool uploads_ended() const noexcept { return uploads_ending_ && uploads_.empty(); }
  upload_room& uploads_room() noexcept { return uploads_room_; }
  net::worker& worker() noexcept { return server_.worker; }

  /// A session that streams: while it lives, the end of the streams waits for it.
  class streaming {
   public:
    explicit streaming(lane& l) noexcept : lane_(l) { ++lane_.streaming_sessions_; }
    streaming(const streaming&) = delete;
    ~streaming() {
      --lane_.streaming_sessions_;
      lane_.note_removal();
    }

   private:
    lane& lane_;
  };

  void begin_stream(stream_start start);
  void remove(stream& s) noexcept;

  // Room for one synchronous step of any connection; nothing in it survives a suspension.
  std::array<char, 16384> read_room;
  std::vector<std::string_view> pieces;
  std::vector<iovec> vectors;

 private:
  friend class upload;

  void open(session_start start);
  void drain(std::function<void()> done);
  void end_sessions(std::function<void()> done);
  void close();
  void sweep();
  void note_removal();
  subscriber_rows describe(std::uint64_t after) const;

  hub::hub& hub_;
  hub::shard& shard_;
  const server_options& options_;
  server_state& server_;
  std::vector<std::unique_ptr<lane>>& all_;
  net::deadline_set deadlines_;
  upload_room uploads_room_;
  std::unordered_set<upload*> uploads_;
  net::task_group sessions_;
  std::array<std::unique_ptr<hub::encoder>, stream_formats.size()> encoders_;
  std::map<std::uint64_t, std::shared_ptr<stream>> streams_;  // by id
  net::timer sweep_timer_, end_timer_;
  std::size_t streaming_sessions_ = 0;
  bool sweeping_ = false;
  bool uploads_ending_ = false;
  bool draining_ = false;
  std::function<void()> drained_;
};

}  // namespace logio::serve
