#include "publish_session.hpp"

#include <fmt/core.h>

#include <chrono>
#include <span>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/quantity.hpp"
#include "logio/net/sockets.hpp"

namespace logio::serve {
namespace {

using status = wire::body_decoder::status;

constexpr std::size_t held_bytes_small = std::size_t{16} << 10;  // nobody's fault

wire::body_decoder::options decoding(lane& owner, const publish_request& request) {
  wire::body_decoder::options how;
  how.limits.line_bytes_max = owner.options().line_bytes_max;
  how.limits.record_bytes_max = owner.hub().payload_bytes_max();
  how.format = request.format;
  how.stamped = request.stamped;
  how.topic = request.topic;
  return how;
}

std::unique_ptr<net::content_decoder> make_decoder(content_coding coding) {
  switch (coding) {
    case content_coding::identity: return nullptr;
    case content_coding::gzip: return net::make_gzip_decoder();
    case content_coding::zstd: return net::make_zstd_decoder();
  }
  return nullptr;
}

}  // namespace

publish_session::publish_session(lane& owner, net::tcp_socket& socket, net::deadline& deadline,
                                 publish_request request, std::string begun, std::string peer)
    : lane_(owner),
      room_(owner.uploads_room()),
      request_(std::move(request)),
      begun_(std::move(begun)),
      peer_(std::move(peer)),
      reader_(owner, socket, deadline),
      body_(request_.content_length),
      decoder_(decoding(owner, request_)),
      unpack_(make_decoder(request_.coding)),
      topics_(owner.hub().topics()) {
  if (unpack_) plain_ = std::make_unique_for_overwrite<char[]>(plain_bytes);
}

publish_session::~publish_session() {
  if (room_.ready()) room_.batch().clear();  // an exception may have left something in it
  if (counted_bytes_ != 0) lane_.hub().hold_input(-static_cast<std::int64_t>(counted_bytes_));
}

net::task<> publish_session::run() {
  base::log(base::log_level::debug, {"serve", peer_}, "POST opened: app={} proc={} host={}",
            request_.topic.app, request_.topic.proc, request_.topic.host);
  if (request_.expects_continue && begun_.empty()) gone_ = !reader_.say_continue();
  arrival_ns_ = base::unix_now_ns();
  decoder_.set_arrival(arrival_ns_);
  co_await room_.wait_ready();
  body_.give(begun_);
  while (!gone_) {
    const bool more = unpack_ ? co_await take_packed() : co_await take_plain();
    if (!more || !co_await read_more()) break;
  }
  if (complete_ && !is_over()) co_await take_end();
  co_await room_.wait_ready();
  close_outcome();
}

short_answer publish_session::answer() const {
  short_answer out;
  out.status = outcome_.status();
  out.content_type = "application/json";
  out.body = outcome_.render();
  if (out.status == 503) out.extra_headers = "Retry-After: 1\r\n";
  return out;
}

/// False: there is no more to read.
net::task<bool> publish_session::read_more() {
  using outcome = body_reader::outcome;
  const outcome did = co_await reader_.read();
  const auto timeout = lane_.options().head_timeout;
  switch (did) {
    case outcome::bytes:
      arrival_ns_ = base::unix_now_ns();
      decoder_.set_arrival(arrival_ns_);
      body_.give(reader_.bytes());
      co_return true;
    case outcome::ended: fail_cut_off(); break;
    case outcome::silent:
      fail(408, request_fault::timed_out,
           "no byte of the body came for " + base::format_duration(timeout),
           "Send what was not accepted again; a body may be slow, but not silent for so long.");
      break;
    case outcome::leaving:
      fail(503, request_fault::shutting_down, "the hub is shutting down",
           "Send what was not accepted again in a moment.");
      break;
    case outcome::gone: gone_ = true; break;
  }
  co_return false;
}

void publish_session::fail_cut_off() {
  const auto length = request_.content_length;
  fail_body(length ? fmt::format("the body ends after {} of {} bytes", sent_bytes_, *length)
                   : fmt::format("the body ends after {} bytes, without its last chunk",
                                 sent_bytes_));
}

/// Decodes what of the body was read. True: go on reading.
net::task<bool> publish_session::take_plain() {
  request_body::state state{};
  while (!is_over() && (state = body_.next(rest_)) == request_body::state::piece) {
    sent_bytes_ += rest_.size();
    const bool within = count_plain();
    while (!decode()) {
      hold();
      co_await room_.wait_ready();
    }
    if (!within) fail_too_large();
  }
  append();
  if (!is_over() && state == request_body::state::failed) fail_body(body_.error());
  complete_ = state == request_body::state::complete;
  account();
  co_return !complete_ && !is_over();
}

/// As take_plain(), for a compressed body.
net::task<bool> publish_session::take_packed() {
  packed_.clear();
  request_body::state state{};
  std::string_view piece;
  while ((state = body_.next(piece)) == request_body::state::piece) packed_ += piece;
  sent_bytes_ += packed_.size();
  if (sent_bytes_ > lane_.options().body_bytes_max) fail_too_large();
  std::span<const char> in(packed_);
  net::content_decoder::progress did{0, 0, net::content_decoder::state::need_more};
  while (!is_over() && (!in.empty() || did.what == net::content_decoder::state::more)) {
    const auto work = [this, &did, in] { did = unpack_->decode(in, {plain_.get(), plain_bytes}); };
    co_await lane_.worker().run(lane_.get_executor(), work);
    in = in.subspan(did.consumed);
    rest_ = {plain_.get(), did.produced};
    co_await room_.wait_ready();
    const bool within = count_plain();
    while (!decode()) {
      hold();
      co_await room_.wait_ready();
    }
    append();
    if (!within) fail_too_large();
    if (did.what == net::content_decoder::state::failed) {
      fail_body(fmt::format("the {} body is damaged: {}", to_string(request_.coding),
                            unpack_->error()));
    }
  }
  if (!is_over() && state == request_body::state::failed) fail_body(body_.error());
  complete_ = state == request_body::state::complete;
  if (complete_ && !is_over() && !unpack_->complete()) {
    fail_body(fmt::format("the {} body is cut off", to_string(request_.coding)));
  }
  account();
  co_return !complete_ && !is_over();
}

/// The body is complete: so is its last record.
net::task<> publish_session::take_end() {
  for (;;) {
    co_await room_.wait_ready();
    const status state = decoder_.finish(room_.batch());
    if (deal_with(state)) break;
  }
  append();
}

/// Decodes rest_. False: the ring is full; to be called again when the room is ready.
bool publish_session::decode() {
  while (room_.ready()) {
    const auto did = decoder_.feed(rest_, room_.batch());
    rest_.remove_prefix(did.consumed);
    if (deal_with(did.state)) return true;
  }
  return false;
}

/// True: nothing is left of what was fed.
bool publish_session::deal_with(status state) {
  note_refusals();
  switch (state) {
    case status::need_more:
    case status::finished: return true;
    case status::batch_full: append(); return false;
    case status::topic_ready:
      append();
      open_topic();
      return is_over();
    case status::failed: break;
  }
  append();
  stopped_ = true;
  return true;
}

void publish_session::open_topic() {
  hub::hub& hub = lane_.hub();
  auto opened = topics_.open(decoder_.topic(), arrival_ns_, hub.ring().end().chunk);
  if (opened) {
    topic_ = std::move(*opened);
    return;
  }
  std::string message = fmt::format("the hub has {} topics with publishers, its maximum",
                                    hub.options().topics_max);
  const std::string hint = "Publish to fewer topics, or raise --topics-max.";
  if (request_.format == wire::body_format::lines) {
    return fail(503, request_fault::too_many, std::move(message), hint);
  }
  decoder_.refuse_topic(wire::publish_error::too_many_topics, message + ". " + hint);
}

void publish_session::append() {
  if (!room_.ready() || room_.batch().empty()) return;
  outcome_.accept(room_.batch().count());
  room_.append(topic_, arrival_ns_);
}

void publish_session::note_refusals() {
  const auto refusals = decoder_.refusals();
  if (refusals.empty()) return;
  hub::shard_counters& counters = lane_.shard().counters();
  counters.refused_records.add(refusals.size());
  counters.refused_records_http.add(refusals.size());
  // On a record's own topic nothing is known for sure: the one before it is the best guess.
  if (topic_) topic_->refused.fetch_add(refusals.size(), std::memory_order_relaxed);
  for (const wire::refusal& r : refusals) {
    counters.refused_records_http_by_code[static_cast<std::size_t>(r.error)].add(1);
    outcome_.refuse(r);
  }
  decoder_.clear_refusals();
}

/// Counts rest_. False: what is over the limit is cut off; decode what is left, then fail.
bool publish_session::count_plain() {
  const std::uint64_t room = lane_.options().body_bytes_max - plain_total_;
  const bool within = rest_.size() <= room;
  if (!within) rest_ = rest_.substr(0, static_cast<std::size_t>(room));
  plain_total_ += rest_.size();
  return within;
}

void publish_session::fail_too_large() {
  fail(413, request_fault::too_large,
       fmt::format("the body has more than {}",
                   base::format_size(lane_.options().body_bytes_max)),
       "Send what was not accepted in further requests, or raise --body-bytes-max.");
}

/// Keeps what is to be decoded over a wait, in which others use the read buffer.
void publish_session::hold() {
  std::string copy(rest_);
  held_ = std::move(copy);
  rest_ = held_;
  body_.keep();
}

void publish_session::account() {
  std::size_t held = decoder_.carried_bytes();
  if (unpack_) held += unpack_->allocated_bytes() + plain_bytes;
  const auto change = static_cast<std::int64_t>(held) - static_cast<std::int64_t>(counted_bytes_);
  counted_bytes_ = held;
  if (change == 0 || lane_.hub().hold_input(change) || held <= held_bytes_small) return;
  fail(503, request_fault::too_many,
       fmt::format("unfinished records of all publishers exceed {}",
                   base::format_size(lane_.hub().options().input_bytes_total)),
       "Send shorter records or fewer compressed bodies at a time, or raise --input-bytes-total.");
}

void publish_session::fail(unsigned status, request_fault code, std::string message,
                           std::string hint) {
  outcome_.fail(status, code, std::move(message), std::move(hint));
}

void publish_session::fail_body(std::string message) {
  fail(400, request_fault::bad_body, std::move(message),
       "Complete records before that are accepted; send the rest again.");
}

void publish_session::close_outcome() const {
  if (outcome_.status() >= 400) lane_.shard().counters().refused_posts.add(1);
  if (outcome_.refused() != 0) {
    const wire::refusal& first = outcome_.first_refusal();
    base::log(base::log_level::warn, {"serve", peer_},
              "POST: {} records accepted, {} refused, the first in line {}: {}: {}",
              outcome_.accepted(), outcome_.refused(), first.record, wire::code(first.error),
              first.message);
  }
  if (outcome_.failed()) {
    base::log(outcome_.status() == 503 ? base::log_level::info : base::log_level::warn,
              {"serve", peer_}, "POST ended after {} records: {}", outcome_.accepted(),
              outcome_.failure());
  } else if (gone_) {
    base::log(base::log_level::warn, {"serve", peer_},
              "POST ended after {} records: the peer is gone", outcome_.accepted());
  }
}

}  // namespace logio::serve
