#include "lane.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

#include "logio/base/log.hpp"
#include "logio/net/sockets.hpp"
#include "logio/serve/formats.hpp"
#include "session.hpp"
#include "stream.hpp"

namespace logio::serve {
namespace {

using std::chrono::milliseconds;

/// Often enough to be on time by an eighth, seldom enough to cost nothing.
milliseconds resolution_of(milliseconds timeout, milliseconds most) {
  return std::clamp(timeout / 8, milliseconds(10), most);
}

}  // namespace

upload::upload(lane& owner) : owner_(owner) { owner_.uploads_.insert(this); }
upload::~upload() { owner_.uploads_.erase(this); }

lane::lane(hub::hub& h, hub::shard& shard, const server_options& options,
           net::worker& worker, std::vector<std::unique_ptr<lane>>& all)
    : hub_(h),
      shard_(shard),
      options_(options),
      all_(all),
      worker_(worker),
      deadlines_(shard.get_executor(), resolution_of(options.head_timeout, milliseconds(1000))),
      uploads_room_(shard),
      sessions_(shard.get_executor()),
      sweep_timer_(shard.get_executor()) {
  for (const stream_format f : {stream_format::text, stream_format::raw}) {
    encoders_[static_cast<std::size_t>(f)] = make_encoder(f, options.hub_host);
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

void lane::post_drain(std::function<void()> done) {
  asio::post(get_executor(), [this, done = std::move(done)]() mutable { drain(std::move(done)); });
}

void lane::post_close() {
  asio::post(get_executor(), [this] { close(); });
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
  const auto s =
      std::make_shared<stream>(*this, std::move(*socket), start);
  s->index = streams_.size();
  streams_.push_back(s);
  if (!sweeping_) {
    sweeping_ = true;
    sweep();
  }
  s->start(start);
  if (draining_) s->end();
}

void lane::remove(stream& s) noexcept {
  const auto self = std::move(streams_[s.index]);
  if (s.index + 1 != streams_.size()) {
    streams_[s.index] = std::move(streams_.back());
    streams_[s.index]->index = s.index;
  }
  streams_.pop_back();
  note_removal();
}

void lane::note_removal() {
  if (!draining_ || !streams_.empty()) return;
  sweep_timer_.cancel();
  sessions_.when_empty([this] {
    if (streams_.empty() && drained_) std::exchange(drained_, {})();
  });
}

void lane::end_uploads() {
  uploads_ending_ = true;
  for (upload* u : uploads_) u->end();
}

void lane::drain(std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  sessions_.close();
  sessions_.cancel();
  for (std::size_t i = streams_.size(); i-- > 0;) streams_[i]->end();
  note_removal();
}

void lane::close() {
  sessions_.cancel();
  while (!streams_.empty()) streams_.back()->close();
}

void lane::sweep() {
  const auto now = net::clock::now();
  // Backwards: a stream that closes is replaced by the last one, which was looked at already.
  for (std::size_t i = streams_.size(); i-- > 0;) streams_[i]->check_progress(now);
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
