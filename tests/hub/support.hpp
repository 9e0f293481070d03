/// A hub without sockets for tests: a small ring, a plain encoder, a subscriber that notes calls.
#pragma once

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logio/filter/filter.hpp"
#include "logio/hub/dispatcher.hpp"
#include "logio/record/batch_builder.hpp"

namespace logio::hub::testing {

constexpr std::int64_t second = 1'000'000'000;  // in ns

/// What the ring's clock shows.
inline std::int64_t monotonic_now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// `TEXT\n` for a record, `!dropped N\n` and `!missed N\n` for losses.
class plain_encoder final : public encoder {
 public:
  int format() const noexcept override { return 7; }
  std::size_t bound(const record::view& r, const topic_info&) const override {
    return r.text().size() + 1;
  }
  progress encode(record::iterator& at, const record::iterator& end, const origin& from, char* out,
                  std::size_t room) override {
    progress done{0, 0};
    for (; at != end && done.bytes + bound(*at, from.topic) <= room; ++at, ++done.records) {
      const auto text = (*at).text();
      std::memcpy(out + done.bytes, text.data(), text.size());
      out[done.bytes + text.size()] = '\n';
      done.bytes += text.size() + 1;
    }
    return done;
  }
  void append_loss(std::string& out, const loss& what, std::int64_t) override {
    if (what.continuity) out += "!continuity\n";
    if (what.dropped > 0) out += fmt::format("!dropped {}\n", what.dropped);
    if (what.missed > 0) out += fmt::format("!missed {}\n", what.missed);
  }
};

struct reader final : subscriber {
  void on_ready() noexcept override { ++ready; }
  void on_backlog() noexcept override { ++backlog; }

  /// What one take() gives, unconfirmed.
  std::string take(std::size_t bytes_max = 1 << 20) {
    std::vector<std::string_view> pieces;
    sub->take(pieces, 64, bytes_max);
    std::string out;
    for (const auto piece : pieces) out += piece;
    return out;
  }
  /// Everything that there is, confirmed.
  std::string take_all() {
    std::string out;
    for (;;) {
      const std::string some = take();
      if (some.empty()) return out;
      sub->sent();
      out += some;
    }
  }

  std::unique_ptr<subscription> sub;
  int ready = 0;
  int backlog = 0;
};

inline filter::filter compiled(const filter::spec& s) { return filter::compile(s, {}).value(); }

struct fixture {
  static dispatcher_limits small_limits() {
    dispatcher_limits l;
    l.queue_bytes_max = 64 << 10;
    l.queues_bytes_max = 1 << 20;
    return l;
  }

  explicit fixture(dispatcher_limits limits = small_limits(), std::size_t ring_bytes = 4 << 20)
      : ring(std::move(*ring::log_ring::open(*ring::plan(ring_bytes, 64 << 10, 2, 2)))),
        topics(1000, ring->shape().chunks),
        dispatch(*ring, {0, 0, 1}, topics, times, counters, limits) {}

  topic_ptr open(std::string_view app, std::string_view proc = "web", std::string_view host = "h") {
    return topics.open({app, proc, host}, 1, ring->end().chunk).value();
  }
  void subscribe(reader& r, const filter::spec& s, const history_request& history = {}) {
    r.sub = dispatch.subscribe(compiled(s), encoder, r, history);
  }
  /// One batch of these texts.
  ring::append_result publish(const topic_ptr& topic, const std::vector<std::string>& texts,
                              std::int64_t arrival_ns = 1'000'000'000) {
    batch.clear();
    for (const auto& text : texts) batch.append({}, text);
    topic->records += texts.size();
    return ring->try_append({arrival_ns, batch.count(), topic->id, {batch.data(), batch.bytes()}});
  }
  void run() {
    while (dispatch.run(false)) {
    }
  }

  std::unique_ptr<ring::log_ring> ring;
  topic_table topics;
  time_index times;
  shard_counters counters;
  plain_encoder encoder;
  dispatcher dispatch;
  record::batch_builder batch{64 << 10};
};

inline filter::spec apps(std::string pattern) {
  filter::spec s;
  s.app.push_back(std::move(pattern));
  return s;
}

inline filter::spec logs(std::string pattern) {
  filter::spec s;
  s.log.push_back(std::move(pattern));
  return s;
}

inline std::string lines(std::string_view stem, int from, int to) {
  std::string out;
  for (int i = from; i < to; ++i) out += fmt::format("{}{}\n", stem, i);
  return out;
}

}  // namespace logio::hub::testing
