#include "sink/hub_lane.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "logio/base/log.hpp"
#include "logio/sink/logio_client.hpp"

namespace logio::sink {
namespace {

/// Answers are read between two writes, so that a hub that waits with its answers goes on.
constexpr std::size_t write_bytes = std::size_t{64} << 10;

}  // namespace

bool hub_peer::is_plain(clock::time_point now) {
  if (speaks == speech::plain && now - plain_since > plain_age) speaks = speech::unknown;
  return speaks == speech::plain;
}

hub_lane::hub_lane(hub_peer& peer, record::topic topic, std::string client)
    : peer_(peer),
      topic_(std::move(topic)),
      client_(std::move(client)),
      stream_(peer.at.host, peer.at.port, peer.tls) {}

bool hub_lane::connect(std::span<const item> all, lane_share& share, clock::time_point deadline) {
  error_.clear();
  refusals_.clear();
  topic_refused_.clear();
  // One that the hub has ended meanwhile is replaced; what it said at its end is of no use now.
  if (stream_.connected() && !take_available()) hang_up();
  refusals_.clear();
  topic_refused_.clear();
  if (!stream_.connected()) next_own_ = 1;
  number(all, share);
  return stream_.connected() || open(share.numbers.front(), deadline);
}

void hub_lane::number(std::span<const item> all, lane_share& share) {
  share.numbers.clear();
  for (const std::size_t i : share.items) {
    share.numbers.push_back(client_.empty() ? next_own_++ : all[i].position);
  }
}

bool hub_lane::open(std::uint64_t first_number, clock::time_point deadline) {
  plain_ = peer_.is_plain(clock::now());
  greeted_ = false;
  acked_ = 0;
  next_number_ = first_number;
  received_.clear();
  if (!stream_.connect(deadline)) return fail(stream_.error());
  wire::publish_request request;
  request.topic = topic_;
  if (!plain_) {
    request.ack = request.numbered = true;
    request.client = client_;
    request.sequence = first_number;
  }
  pending_text_.clear();
  wire::append_topic_object(pending_text_, request);
  return flush(deadline);
}

bool hub_lane::greet(std::span<const item> all, lane_share& share, clock::time_point deadline) {
  if (plain_ || greeted_) return true;
  // One that has greeted before is slow now, not another.
  const bool may_be_plain = !peer_.tls && peer_.speaks != hub_peer::speech::acknowledged;
  const clock::time_point until =
      may_be_plain ? std::min(deadline, clock::now() + greeting_wait) : deadline;
  while (!greeted_ && !peer_.is_plain(clock::now())) {
    if (take_some(until)) continue;
    if (!may_be_plain || stream_.interrupted() || clock::now() < until || until == deadline) {
      return false;
    }
    if (peer_.speaks != hub_peer::speech::plain) {
      base::log(base::log_level::warn, {"sink", stream_.address()},
                "no greeting within {} ms: taken for a hub that acknowledges nothing; what it has "
                "not read when it ends is lost",
                greeting_wait.count());
    }
    peer_.speaks = hub_peer::speech::plain;
    peer_.plain_since = clock::now();
  }
  if (greeted_) return true;
  hang_up();
  error_.clear();
  next_own_ = 1;
  number(all, share);
  return open(share.numbers.front(), deadline);
}

bool hub_lane::send(std::span<const item> all, lane_share& share, clock::time_point deadline,
                    std::uint64_t& sent_bytes) {
  share.ends.assign(share.items.size(), 0);
  const std::uint64_t begin = stream_.written_bytes();
  pending_text_.clear();
  bool well = true;
  for (std::size_t i = 0; i < share.items.size() && well; ++i) {
    const std::uint64_t number = share.numbers[i];
    if (!plain_ && number <= acked_) continue;
    const bool is_next = std::exchange(next_number_, number + 1) == number;
    encoder_.append(pending_text_, all[share.items[i]].record, plain_ || is_next ? 0 : number);
    share.ends[i] = stream_.written_bytes() + pending_text_.size();
    if (pending_text_.size() >= write_bytes) well = flush(deadline);
  }
  well = well && flush(deadline);
  sent_bytes += stream_.written_bytes() - begin;
  return well;
}

bool hub_lane::flush(clock::time_point deadline) {
  if (!stream_.write_all(pending_text_, deadline)) {
    const std::string why = stream_.error();
    return fail(why);
  }
  pending_text_.clear();
  return take_available();
}

bool hub_lane::await(const lane_share& share, clock::time_point deadline) {
  if (plain_) return stream_.await_acknowledged(deadline) || fail(stream_.error());
  while (acked_ < share.numbers.back()) {
    if (!take_some(deadline)) return false;
  }
  return true;
}

void hub_lane::tell_fates(const lane_share& share, outcome& out) {
  const std::uint64_t acknowledged = plain_ ? stream_.acknowledged_bytes() : 0;
  for (std::size_t i = 0; i < share.items.size() && i < share.numbers.size(); ++i) {
    const std::uint64_t number = share.numbers[i];
    const bool sent = i < share.ends.size() && share.ends[i] != 0;
    const bool done = plain_ ? sent && share.ends[i] <= acknowledged : number <= acked_;
    if (done) out.fates[share.items[i]] = fate::delivered;
    const auto refused = std::ranges::lower_bound(refusals_, number, {}, &refusal::number);
    const bool is_refused = refused != refusals_.end() && refused->number == number;
    if (!is_refused && (done || topic_refused_.empty())) continue;
    out.fates[share.items[i]] = fate::refused;
    out.refusals.push_back({share.items[i], is_refused ? refused->why : topic_refused_});
  }
}

bool hub_lane::take_available() {
  std::array<char, 4096> piece;
  for (;;) {
    const auto bytes = stream_.read_available(piece);
    if (!bytes) return fail(stream_.error());
    if (*bytes == 0) return true;
    received_.append(piece.data(), *bytes);
    if (!take_lines()) return false;
  }
}

bool hub_lane::take_some(clock::time_point deadline) {
  std::array<char, 4096> piece;
  const auto bytes = stream_.read_some(piece, deadline);
  if (!bytes) return fail(stream_.error());
  if (*bytes == 0) {
    return fail(fmt::format("{}: the hub closed the connection {}", stream_.address(),
                            greeted_ ? "before it had acknowledged everything"
                                     : "without a greeting"));
  }
  received_.append(piece.data(), *bytes);
  return take_lines();
}

bool hub_lane::take_lines() {
  std::size_t at = 0;
  for (std::size_t end; (end = received_.find('\n', at)) != received_.npos; at = end + 1) {
    const std::string_view line = std::string_view(received_).substr(at, end - at);
    const auto answer = wire::read_answer(line);
    if (!answer) {
      return fail(fmt::format("{}: this is no logio hub's port for publishers: it answers {:?}",
                              stream_.address(), line.substr(0, 80)));
    }
    if (!take(*answer)) return false;
  }
  received_.erase(0, at);
  if (received_.size() <= answer_bytes_max) return true;
  return fail(fmt::format("{}: the answer has no end after {} bytes; is this the port for "
                          "publishers?", stream_.address(), received_.size()));
}

bool hub_lane::take(const wire::publish_answer& answer) {
  using said = wire::publish_answer::kind;
  switch (answer.what) {
    case said::greeting: return take_greeting(answer);
    case said::ack: acked_ = std::max(acked_, answer.ack); return true;
    case said::error: break;
  }
  const std::string why = fmt::format("{}: {}", answer.code, answer.message);
  if (answer.record != 0) {
    refusals_.push_back({answer.record, why});
    return true;
  }
  // Everything else that the hub may say passes: shutting_down, too_many_topics …
  if (answer.code == "bad_topic") topic_refused_ = why;
  return fail(fmt::format("{}: {}", stream_.address(), why));
}

bool hub_lane::take_greeting(const wire::publish_answer& greeting) {
  peer_.speaks = hub_peer::speech::acknowledged;
  if (peer_.own_epoch != 0 && greeting.epoch == fmt::format("{:016x}", peer_.own_epoch)) {
    return fail(fmt::format("{}: that is this hub itself: what it forwards there would come back "
                            "for ever; give the sink another hub's address", stream_.address()));
  }
  if (!greeting.numbered) {
    return fail(fmt::format("{}: the hub there is too old to take forwarded records; update it",
                            stream_.address()));
  }
  greeted_ = true;
  acked_ = std::max(acked_, greeting.ack);
  return true;
}

void hub_lane::hang_up() noexcept { stream_.close(); }

void hub_lane::part() noexcept {
  if (plain_) stream_.close();
}

bool hub_lane::fail(std::string why) {
  if (error_.empty()) error_ = std::move(why);
  return false;
}

}  // namespace logio::sink
