#include "publisher_session.hpp"

#include <boost/asio/post.hpp>
#include <fmt/core.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/result.hpp"
#include "logio/hub/hub.hpp"
#include "logio/net/sockets.hpp"
#include "logio/wire/publish_answer.hpp"

namespace logio::input {
namespace {

static_assert(wire::publish_error_count <= hub::refusal_codes_max);

}  // namespace

publisher_session::publisher_session(publisher_set& owner, net::tcp_socket socket,
                                     net::accepted connection)
    : set_(owner),
      socket_(std::move(socket)),
      peer_(connection.peer),
      ticket_(std::move(connection.ticket)),
      decoder_([&] {
        wire::publish_decoder::options limits;
        limits.line_bytes_max = owner.options_.line_bytes_max;
        limits.record_bytes_max = owner.shard_.owner().payload_bytes_max();
        return limits;
      }()) {}

// Handlers may keep a closed session longer than the set and the hub live: close() has let go of
// both.
publisher_session::~publisher_session() {
  LOGIO_ASSERT(state_ == state::closed, "a session is closed before it goes");
}

std::string publisher_session::peer_name() const { return net::to_string(peer_); }

void publisher_session::start() {
  base::log(base::log_level::debug, {"input", peer_name()}, "publisher connected");
  set_deadline(set_.options_.first_byte_timeout);
  wait_readable();
}

void publisher_session::drain() {
  draining_ = true;
  if (state_ == state::reading && !set_.shard_.stalled()) on_readable();
}

void publisher_session::set_deadline(std::chrono::milliseconds in) {
  clear_deadline();
  deadline_ = set_.add_deadline(*this, in);
}

void publisher_session::clear_deadline() {
  if (deadline_) set_.remove_deadline(*std::exchange(deadline_, std::nullopt));
}

void publisher_session::expire() {
  deadline_.reset();  // the set has taken it out
  if (state_ != state::reading) return close();
  end_with(wire::publish_error::first_byte_timeout,
           fmt::format("no byte within {} ms; send the topic object, for example "
                       "{{\"app\":\"shop\",\"proc\":\"web\"}}, right after connecting",
                       set_.options_.first_byte_timeout.count()));
}

void publisher_session::close() {
  if (std::exchange(state_, state::closed) == state::closed) return;
  base::log(base::log_level::debug, {"input", peer_name()}, "publisher gone after {} records",
            decoder_.count().records);
  clear_deadline();
  release_input();
  if (topic_) set_.shard_.owner().topics().close(topic_);
  error_code ignored;
  socket_.close(ignored);
  set_.remove(*this);
}

void publisher_session::wait_readable() {
  if (std::exchange(waiting_, true)) return;
  socket_.async_wait(net::tcp_socket::wait_read,
                     [self = shared_from_this()](const error_code& ec) {
                       self->waiting_ = false;
                       if (ec) return self->close();
                       self->on_readable();
                     });
}

void publisher_session::read_later() {
  if (std::exchange(posted_, true)) return;
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->posted_ = false;
    self->on_readable();
  });
}

void publisher_session::on_readable() {
  if (state_ == state::closed) return;
  if (state_ == state::reading && (at_end_ || read_out_)) return;  // on_durable() goes on
  if (state_ == state::lingering) return discard();
  if (answers_.size() - answered_ > answer_bytes_max) return;  // flush_answers() goes on
  if (set_.shard_.stalled()) {
    return set_.shard_.when_room([self = shared_from_this()] { self->on_readable(); });
  }
  const ssize_t got =
      ::recv(socket_.native_handle(), set_.buffer_.get(), publisher_set::read_bytes, MSG_DONTWAIT);
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) return close();
    if (draining_) {
      read_out_ = true;
      return on_durable();
    }
    return wait_readable();
  }
  if (got == 0) return finish();
  if (deadline_) clear_deadline();
  arrival_ns_ = base::unix_now_ns();
  decoder_.set_arrival(arrival_ns_);
  rest_ = {set_.buffer_.get(), static_cast<std::size_t>(got)};
  decode();
}

void publisher_session::decode() {
  const bool full_read = rest_.end() == set_.buffer_.get() + publisher_set::read_bytes;
  for (;;) {
    const step did = decode_step();
    if (did == step::stalled) {
      stalled_ = true;
      return set_.shard_.when_room([self = shared_from_this()] {
        self->stalled_ = false;
        self->decode();
      });
    }
    if (did == step::ended) return;
    if (rest_.empty()) break;
  }
  account();
  if (state_ != state::reading) return;
  acknowledge();
  if (at_end_) return finish();
  // A full read means more is there: let others have their turn, then go on. Otherwise wait.
  if (full_read || draining_) return read_later();
  wait_readable();
}

/// One feed and one append. The batch is empty afterwards, unless stalled.
publisher_session::step publisher_session::decode_step() {
  record::batch_builder& batch = set_.batch_;
  auto now = wire::publish_decoder::status::batch_full;
  if (batch.empty()) {
    const auto did = decoder_.feed(rest_, batch);
    rest_.remove_prefix(did.consumed);
    now = did.state;
    decoded_through_ = decoder_.next_record() - 1;
  }
  if (!publish_batch()) return state_ == state::closed ? step::ended : step::stalled;
  if (state_ == state::closed) return step::ended;  // meanwhile, while it was stalled
  if (now == wire::publish_decoder::status::topic_ready && !open_topic()) return step::ended;
  if (now == wire::publish_decoder::status::failed) {
    const wire::refusal last = decoder_.refusals().back();
    report_refusals();
    end_after_refusal(last);
    return step::ended;
  }
  report_refusals();
  return step::done;
}

void publisher_session::finish() {
  at_end_ = true;
  for (;;) {
    auto now = wire::publish_decoder::status::batch_full;
    if (set_.batch_.empty()) {
      now = decoder_.finish(set_.batch_);
      decoded_through_ = decoder_.next_record() - 1;
    }
    if (!publish_batch()) {
      if (state_ == state::closed) return;
      stalled_ = true;
      return set_.shard_.when_room([self = shared_from_this()] {
        self->stalled_ = false;
        self->finish();
      });
    }
    if (now == wire::publish_decoder::status::failed) {
      const wire::refusal last = decoder_.refusals().back();
      report_refusals();
      return end_after_refusal(last);
    }
    report_refusals();
    if (now != wire::publish_decoder::status::batch_full) break;
  }
  acknowledge();
  if (!unsettled_.empty()) return;  // on_durable() goes on
  // The peer will send no more; what it is still to be told is written, then both sides are closed.
  linger();
}

bool publisher_session::open_topic() {
  const wire::publish_request& request = decoder_.request();
  hub::hub& hub = set_.shard_.owner();
  auto opened = hub.topics().open(request.topic, arrival_ns_, hub.ring().end().chunk);
  if (!opened) {
    end_with(wire::publish_error::too_many_topics,
             fmt::format("the hub has {} topics with publishers, its maximum; close some or raise "
                         "--topics-max",
                         hub.options().topics_max));
    return false;
  }
  topic_ = std::move(*opened);
  base::log(base::log_level::debug, {"input", peer_name()},
            "publisher opened: app={} proc={} host={}", topic_->topic.app,
            topic_->topic.proc, topic_->topic.host);
  if (!request.client.empty()) {
    client_ = hub.clients().open(request.client, arrival_ns_, hub.durable_position());
    decoder_.skip_through(client_.highest);
  }
  if (request.ack) {
    // What the hub has and is not durable yet is acknowledged when it is, or sent again.
    acked_ = client_.of ? client_.settled : request.sequence - 1;
    unsettled_.begin(acked_);
    appended_through_ = acked_;
    if (client_.highest > acked_) {
      unsettled_.note(client_.highest, hub.ring().end().position);
      wait_until_durable();
    }
    wire::append_greeting(answers_, hub.epoch(), acked_, request.numbered);
    greeted_ = true;
    flush_answers();
  }
  return state_ == state::reading;
}

/// True: the batch is in the ring and empty. False: no room, or superseded and closed.
bool publisher_session::publish_batch() {
  record::batch_builder& batch = set_.batch_;
  if (client_.of) {
    if (!append_as_client()) return false;
  } else if (!batch.empty() && !set_.shard_.publish(*topic_, batch, arrival_ns_)) {
    return false;
  } else if (!batch.empty()) {
    note_appended();
  }
  batch.clear();
  appended_through_ = decoded_through_;
  const std::uint64_t skipped = decoder_.count().skipped;
  if (skipped != skipped_) {
    set_.shard_.counters().duplicate_records.add(skipped - std::exchange(skipped_, skipped));
  }
  return true;
}

bool publisher_session::append_as_client() {
  hub::client& client = *client_.of;
  std::lock_guard lock(client.mutex);
  if (client.owner != client_.owner) {
    base::log(base::log_level::info, {"input", peer_name()},
              "closed: client {} has connected again", decoder_.request().client);
    set_.batch_.clear();
    close();
    return false;
  }
  record::batch_builder& batch = set_.batch_;
  const std::uint64_t through = decoded_through_;
  if (!batch.empty()) {
    if (!set_.shard_.publish(*topic_, batch, arrival_ns_, &client, through)) return false;
    client.unsettled.settle(set_.shard_.owner().durable_position());
    client.unsettled.note(through, set_.shard_.appended_end());
    note_appended();
  }
  if (through > client.highest) client.highest = through;
  return true;
}

void publisher_session::note_appended() {
  if (greeted_) unsettled_.note(decoded_through_, set_.shard_.appended_end());
}

void publisher_session::wait_until_durable() {
  if (std::exchange(settling_, true)) return;
  set_.shard_.when_durable([self = shared_from_this()] {
    self->settling_ = false;
    self->on_durable();
  });
}

void publisher_session::on_durable() {
  if (state_ == state::closed) return;
  acknowledge();
  if (state_ != state::reading || stalled_ || !unsettled_.empty()) return;
  if (at_end_) return linger();
  if (read_out_) {
    end_with(wire::publish_error::shutting_down, "the hub is shutting down; connect again later");
  }
}

void publisher_session::report_refusals() {
  const auto refusals = decoder_.refusals();
  if (refusals.empty()) return;
  hub::shard_counters& counters = set_.shard_.counters();
  for (const wire::refusal& r : refusals) {
    if (r.record == 0) continue;  // the topic object, which is no record
    counters.refused_records.add(1);
    counters.refused_records_by_code[static_cast<std::size_t>(r.error)].add(1);
    if (topic_) topic_->refused.fetch_add(1, std::memory_order_relaxed);
  }
  if (!std::exchange(refusal_logged_, true)) {
    const wire::refusal& first = refusals.front();
    base::log(base::log_level::warn, {"input", peer_name()},
              "refused {}: {}: {} (further refusals of this connection are only counted)",
              first.record == 0 ? std::string("the topic") : fmt::format("record {}", first.record),
              wire::code(first.error), first.message);
  }
  if (greeted_) {
    for (const wire::refusal& r : refusals) {
      if (!r.closes) wire::append_error(answers_, r);
    }
  }
  decoder_.clear_refusals();
}

void publisher_session::account() {
  const std::size_t held = decoder_.carried_bytes();
  if (held == held_bytes_) return;
  const auto change = static_cast<std::int64_t>(held) - static_cast<std::int64_t>(held_bytes_);
  held_bytes_ = held;
  if (!set_.shard_.owner().hold_input(change)) set_.shed_input();
}

void publisher_session::give_up_input() {
  end_with(wire::publish_error::too_long,
           fmt::format("unfinished records of all publishers exceed {} bytes, and none here is as "
                       "long as this one; send shorter records or raise --input-bytes-total",
                       set_.shard_.owner().options().input_bytes_total));
}

void publisher_session::release_input() noexcept {
  decoder_ = wire::publish_decoder();
  if (held_bytes_ == 0) return;
  set_.shard_.owner().hold_input(-static_cast<std::int64_t>(std::exchange(held_bytes_, 0)));
}

void publisher_session::acknowledge() {
  if (!greeted_) return;
  const std::uint64_t settled = unsettled_.settle(set_.shard_.owner().durable_position());
  // Refused and repeated records behind what is in the log are dealt with as well.
  const std::uint64_t through = unsettled_.empty() ? appended_through_ : settled;
  if (!unsettled_.empty()) wait_until_durable();
  if (through > acked_) {
    acked_ = through;
    wire::append_ack(answers_, through);
  }
  flush_answers();
}

void publisher_session::flush_answers() {
  if (writing_ || state_ == state::closed) return;
  while (answers_wait()) {
    const ssize_t wrote = ::send(socket_.native_handle(), answers_.data() + answered_,
                                 answers_.size() - answered_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (wrote < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return close();
      break;
    }
    answered_ += static_cast<std::size_t>(wrote);
  }
  if (!answers_wait()) {
    answers_.clear();
    if (answers_.capacity() > 4096) answers_.shrink_to_fit();
    answered_ = 0;
    return;
  }
  const bool was_over = answers_.size() - answered_ > answer_bytes_max;
  writing_ = true;
  socket_.async_wait(net::tcp_socket::wait_write,
                     [self = shared_from_this(), was_over](const error_code& ec) {
                       self->writing_ = false;
                       if (ec) return self->close();
                       self->flush_answers();
                       if (self->state_ == state::lingering) return self->linger();
                       if (was_over && self->state_ == state::reading) self->on_readable();
                     });
}

void publisher_session::end_with(wire::publish_error why, std::string message) {
  wire::refusal refusal;
  refusal.error = why;
  refusal.message = std::move(message);
  refusal.closes = true;
  base::log(why == wire::publish_error::shutting_down ? base::log_level::debug
                                                      : base::log_level::warn,
            {"input", peer_name()}, "closed: {}: {}", wire::code(why), refusal.message);
  end_after_refusal(refusal);
}

void publisher_session::end_after_refusal(const wire::refusal& why) {
  if (state_ != state::reading) return;
  if (why.error != wire::publish_error::shutting_down) {
    hub::shard_counters& counters = set_.shard_.counters();
    counters.refused_publishers.add(1);
    counters.refused_publishers_by_code[static_cast<std::size_t>(why.error)].add(1);
  }
  acknowledge();
  if (state_ != state::reading) return;
  release_input();
  wire::append_error(answers_, why);
  flush_answers();
  linger();
}

/// Half-closes once everything is written, then discards what still comes until the peer closes.
void publisher_session::linger() {
  if (state_ == state::closed) return;
  if (state_ == state::reading) {
    state_ = state::lingering;
    set_deadline(set_.options_.linger_timeout);
  }
  if (answers_wait()) return;  // flush_answers() comes back
  if (at_end_) return close();
  error_code ignored;
  socket_.shutdown(net::tcp_socket::shutdown_send, ignored);
  discard();
}

void publisher_session::discard() {
  for (int reads = 0; reads < 16; ++reads) {
    char sink[4096];
    const ssize_t got = ::recv(socket_.native_handle(), sink, sizeof sink, MSG_DONTWAIT);
    if (got > 0) {
      lingered_bytes_ += static_cast<std::size_t>(got);
      if (lingered_bytes_ > linger_bytes_max) return close();
      continue;
    }
    if (got < 0 && errno == EAGAIN) return wait_readable();
    if (got < 0 && errno == EINTR) continue;
    return close();
  }
  read_later();
}

}  // namespace logio::input
