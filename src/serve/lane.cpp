#include "lane.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

#include "event_taking.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/net/sockets.hpp"
#include "logio/serve/formats.hpp"
#include "page_writer.hpp"
#include "session.hpp"
#include "stream.hpp"

namespace logio::serve {
namespace {

using std::chrono::milliseconds;

/// For a request of which the head is on its way: it is told to come again.
constexpr auto last_words_time = milliseconds(250);

/// Often enough to be on time by an eighth, seldom enough to cost nothing.
milliseconds resolution_of(milliseconds timeout, milliseconds most) {
  return std::clamp(timeout / 8, milliseconds(10), most);
}

}  // namespace

upload::upload(lane& owner) : owner_(owner) { owner_.uploads_.insert(this); }
upload::~upload() { owner_.uploads_.erase(this); }

server_state::server_state(net::connection_limit& connections, std::size_t events_max,
                           const std::string& events_folder)
    : limit(connections),
      started_ns(base::unix_now_ns()),
      events(events_max, events_folder) {
  if (const auto known = events.list(); !known.empty()) {
    event_numbers.set_newest(known.back()->arrival_ns);
  }
}

lane::lane(hub::hub& h, hub::shard& shard, const server_options& options, server_state& server,
           std::vector<std::unique_ptr<lane>>& all)
    : hub_(h),
      shard_(shard),
      options_(options),
      server_(server),
      all_(all),
      deadlines_(shard.get_executor(), resolution_of(options.head_timeout, milliseconds(1000))),
      uploads_room_(shard),
      sessions_(shard.get_executor()),
      sweep_timer_(shard.get_executor()),
      end_timer_(shard.get_executor()) {
  for (const stream_format f : stream_formats) {
    encoders_[static_cast<std::size_t>(f)] = make_encoder(f, options.hub_host, h.epoch());
  }
}

lane::~lane() {
  draining_ = false;  // nobody is to be told any more
  close();
}

void lane::post_session(session_start start) {
  asio::post(get_executor(),
             [this, start = std::move(start)]() mutable { open(std::move(start)); });
}

void lane::post_stream(stream_start start) {
  asio::post(get_executor(),
             [this, start = std::move(start)]() mutable { begin_stream(std::move(start)); });
}

void lane::post_event(event_input event, event_answer answer) {
  asio::post(get_executor(),
             [this, event = std::move(event), answer = std::move(answer)]() mutable {
               sessions_.spawn(take_event(*this, std::move(event), std::move(answer)));
             });
}

void lane::post_drain(std::function<void()> done) {
  asio::post(get_executor(), [this, done = std::move(done)]() mutable { drain(std::move(done)); });
}

void lane::post_end_sessions(std::function<void()> done) {
  asio::post(get_executor(),
             [this, done = std::move(done)]() mutable { end_sessions(std::move(done)); });
}

void lane::post_close() {
  asio::post(get_executor(), [this] { close(); });
}

void lane::post_describe(std::uint64_t after, std::function<void(subscriber_rows)> done) {
  asio::post(get_executor(),
             [this, after, done = std::move(done)] { done(describe(after)); });
}

subscriber_rows lane::describe(std::uint64_t after) const {
  constexpr std::size_t rows_max = 64;
  const slice_clock clock;
  const std::int64_t now_ns = base::unix_now_ns();
  subscriber_rows out;
  auto at = streams_.upper_bound(after);
  for (; at != streams_.end() && out.rows.size() < rows_max && !clock.is_over(); ++at) {
    out.rows.push_back({at->first, at->second->describe(now_ns)});
  }
  out.end = at == streams_.end();
  return out;
}

void lane::open(session_start start) {
  if (draining_) return;  // accepted just before: closed without a word
  sessions_.spawn(run_session(*this, std::move(start)));
}

void lane::begin_stream(stream_start start) {
  auto socket = net::adopt(get_executor(), std::move(start.connection.socket));
  if (!socket) {
    base::log(base::log_level::error, {"serve", net::to_string(start.connection.peer)},
              "a connection could not change its thread: {}", socket.error().message());
    return;
  }
  // relaxed: a number, and nothing else hangs on it
  const std::uint64_t id = server_.last_stream_id.fetch_add(1, std::memory_order_relaxed) + 1;
  const auto s = std::make_shared<stream>(*this, std::move(*socket), start, id);
  streams_.emplace_hint(streams_.end(), id, s);
  shard_.counters().subscribers.add(1);
  if (!sweeping_) {
    sweeping_ = true;
    sweep();
  }
  s->start(start);
  if (draining_) s->end();
}

void lane::remove(stream& s) noexcept {
  const auto self = streams_.extract(s.id());
  shard_.counters().subscribers.subtract(1);
  note_removal();
}

void lane::note_removal() {
  if (!draining_ || !streams_.empty() || streaming_sessions_ != 0) return;
  sweep_timer_.cancel();
  if (drained_) std::exchange(drained_, {})();
}

void lane::end_uploads() {
  uploads_ending_ = true;
  for (upload* u : uploads_) u->end();
}

void lane::drain(std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  sessions_.close();
  server_.events.wake();
  // A stream may end at once, and leave. Sessions that are there may still ask how the hub is.
  for (auto at = streams_.begin(); at != streams_.end();) (at++)->second->end();
  note_removal();
}

void lane::end_sessions(std::function<void()> done) {
  if (sessions_.size() != 0) {
    end_timer_.expires_after(last_words_time);
    end_timer_.async_wait([this](error_code error) {
      if (!error) sessions_.cancel();
    });
  }
  sessions_.when_empty([this, done = std::move(done)]() mutable {
    drained_ = std::move(done);
    note_removal();  // a session may have handed over one more stream
  });
}

void lane::close() {
  sessions_.cancel();
  while (!streams_.empty()) streams_.begin()->second->close();
}

void lane::sweep() {
  const auto now = net::clock::now();
  for (auto at = streams_.begin(); at != streams_.end();) (at++)->second->check_progress(now);
  if (streams_.empty()) {
    sweeping_ = false;
    return;
  }
  sweep_timer_.expires_after(resolution_of(options_.stuck_timeout, milliseconds(15'000)));
  sweep_timer_.async_wait([this](error_code error) {
    if (error) {
      sweeping_ = false;
      return;
    }
    sweep();
  });
}

}  // namespace logio::serve
