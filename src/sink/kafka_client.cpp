#include "logio/sink/kafka_client.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "logio/base/log.hpp"
#include "sink/ca_bundle.hpp"
#include "sink/kafka_closer.hpp"
#include "sink/kafka_flight.hpp"
#include "sink/kafka_message.hpp"
#include "sink/kafka_producer.hpp"
#include "sink/kafka_settings.hpp"
#include "sink/time_template.hpp"

namespace logio::sink {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// An interrupt is seen after so long at most.
constexpr milliseconds poll_wait_max{50};
/// No broker can be reached: say so instead of waiting for the whole timeout. Not at once, for the
/// first of a name's addresses may refuse and the next one take it.
constexpr milliseconds all_down_grace{1000};
/// Each round makes batches smaller or leaves refused records out; see kafka_batching.
constexpr int rounds_max = 8;
constexpr std::size_t batch_shrink = 8;
constexpr std::size_t batch_bytes_min = 4096;
/// With an hour in the topic's name a producer would remember ever more of them.
constexpr std::size_t topics_max = 64;

class kafka_client final : public client {
 public:
  kafka_client(const sink_options& options, kafka_encoder encoder,
               std::unique_ptr<kafka_producer> producer)
      : options_(options),
        peer_(kafka_peers(options)),
        topic_(options.path),
        encoder_(std::move(encoder)),
        producer_(std::move(producer)) {}

  void deliver(std::span<const item> items, outcome& out) override;
  void close() noexcept override;
  void interrupt() noexcept override { interrupted_.store(true, std::memory_order_relaxed); }

 private:
  /// What the answers of one round ask for.
  struct round_result {
    bool again = false;    ///< something can be produced once more
    bool smaller = false;  ///< in smaller batches
    bool in_doubt = false;
  };

  void deliver_some(std::span<const item> items, outcome& out);
  void take_up_flight(std::span<const item> items);
  bool have_producer(outcome& out);
  bool produce(std::span<const item> items, outcome& out);
  void wait_for_answers(clock::time_point deadline);
  round_result settle(outcome& out);
  void settle_one(std::size_t i, outcome& out, round_result& result);
  void shrink_batches();
  void explain(outcome& out, clock::time_point begin);
  void let_go() noexcept;

  const sink_options options_;
  const std::string peer_;
  time_template topic_;
  kafka_encoder encoder_;
  kafka_batching batching_;
  byte_arena values_;  ///< of what is in flight: the producer's threads read it until it is gone
  std::unique_ptr<kafka_producer> producer_;
  kafka_flight flight_;
  std::vector<kafka_flight::tag> tags_;  ///< of the call's items
  clock::time_point last_answer_;
  kafka_closer closer_;
  // relaxed: it is only a flag, nothing is published through it
  std::atomic<bool> interrupted_{false};
};

void kafka_client::deliver(std::span<const item> items, outcome& out) {
  try {
    deliver_some(items, out);
  } catch (const std::exception& e) {
    // Out of memory, most likely: which records were produced is not known any more.
    let_go();
    out.error = fmt::format("{}: {}", peer_, e.what());
  }
}

void kafka_client::deliver_some(std::span<const item> items, outcome& out) {
  const clock::time_point begin = clock::now();
  const clock::time_point deadline = begin + options_.timeout;
  out.fates.assign(items.size(), fate::pending);
  out.refusals.clear();
  out.error.clear();
  out.sent_bytes = 0;
  out.busy = false;
  encoder_.begin_call();
  take_up_flight(items);
  if (flight_.open() > 0) wait_for_answers(deadline);
  round_result result = settle(out);
  for (int round = 0; round < rounds_max && out.error.empty() && flight_.open() == 0; ++round) {
    if (result.smaller) shrink_batches();
    if (result.in_doubt) break;
    if (!produce(items, out)) break;
    wait_for_answers(deadline);
    result = settle(out);
    if (!result.again) break;
  }
  if (result.in_doubt) let_go();
  explain(out, begin);
}

void kafka_client::take_up_flight(std::span<const item> items) {
  if (flight_.empty()) {
    tags_.assign(items.size(), kafka_flight::none);
    return;
  }
  const bool known = flight_.match(items, tags_);
  const bool silent = flight_.open() > 0 && clock::now() - last_answer_ > in_flight_age_max;
  if (known && !silent) return;
  base::log(base::log_level::warn, {"kafka", peer_},
            "{} records are in flight and {}: a new producer goes on, and some of them may arrive "
            "twice", flight_.open(),
            known ? "nothing was heard of them for too long" : "were given up");
  let_go();
  tags_.assign(items.size(), kafka_flight::none);
}

bool kafka_client::have_producer(outcome& out) {
  if (producer_ && producer_->topics() >= topics_max) let_go();
  if (producer_) return true;
  if (closer_.full()) {
    out.error = fmt::format("{}: earlier producers are still closing", peer_);
    return false;
  }
  kafka_settings settings;
  std::string error;
  if (auto wrong = make_kafka_settings(options_, batching_, find_ca_bundle(), settings)) {
    error = *wrong;
  } else {
    producer_ = kafka_producer::open(settings, peer_, error);
  }
  if (!producer_) out.error = fmt::format("{}: {}", peer_, error);
  return producer_ != nullptr;
}

/// Produces what is still pending. False when there is nothing, or no producer.
/// REQUIRES: nothing is in flight.
bool kafka_client::produce(std::span<const item> items, outcome& out) {
  // What flies for items that are not offered now has its answers waiting there.
  if (std::ranges::find(out.fates, fate::pending) == out.fates.end()) return false;
  flight_.clear();
  values_.clear();
  if (interrupted_.load(std::memory_order_relaxed)) return false;
  if (!have_producer(out)) return false;
  std::string why;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (out.fates[i] != fate::pending) continue;
    const kafka_message message = encoder_.encode(items[i], values_);
    const std::size_t bytes = message.bytes();
    const kafka_flight::tag tag = flight_.add(items[i], bytes);
    tags_[i] = tag;
    const kafka_verdict verdict =
        producer_->produce(topic_.name_at(items[i].record.time_ns()), message, tag, why);
    if (verdict == kafka_verdict::delivered) {
      out.sent_bytes += bytes;
    } else {
      flight_.resolve(tag, verdict, why);
    }
  }
  last_answer_ = clock::now();
  return true;
}

void kafka_client::wait_for_answers(clock::time_point deadline) {
  const auto answer = [this](std::uint32_t tag, kafka_verdict verdict, std::string_view why) {
    flight_.resolve(tag, verdict, why);
  };
  bool down = false;
  while (flight_.open() > 0 && !interrupted_.load(std::memory_order_relaxed)) {
    const clock::time_point now = clock::now();
    if (now >= deadline) return;
    if (producer_->all_down() && !down) {
      down = true;
      deadline = std::min(deadline, now + all_down_grace);
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - now);
    const std::size_t before = flight_.open();
    producer_->poll(std::min(left, poll_wait_max), answer);
    if (flight_.open() < before) last_answer_ = clock::now();
  }
}

kafka_client::round_result kafka_client::settle(outcome& out) {
  round_result result;
  for (std::size_t i = 0; i < tags_.size(); ++i) {
    if (tags_[i] != kafka_flight::none && flight_.resolved(tags_[i])) settle_one(i, out, result);
  }
  return result;
}

void kafka_client::settle_one(std::size_t i, outcome& out, round_result& result) {
  const kafka_flight::answer answer = flight_.take(tags_[i]);
  tags_[i] = kafka_flight::none;
  switch (answer.verdict) {
    case kafka_verdict::delivered: out.fates[i] = fate::delivered; return;
    case kafka_verdict::batch_refused:
      // A message as large as a batch has had one of its own, so it is the one that is meant.
      if (!batching_.alone && answer.bytes < batching_.bytes) {
        result.smaller = result.again = true;
        return;
      }
      [[fallthrough]];
    case kafka_verdict::refused:
      out.fates[i] = fate::refused;
      out.refusals.push_back({i, std::string(answer.why)});
      return;
    case kafka_verdict::again: result.again = true; return;
    case kafka_verdict::in_doubt: result.in_doubt = true; break;
    case kafka_verdict::busy: out.busy = true; break;
    case kafka_verdict::pending: break;
  }
  if (out.error.empty()) out.error = fmt::format("{}: {}", peer_, answer.why);
}

void kafka_client::shrink_batches() {
  batching_.bytes /= batch_shrink;
  if (batching_.bytes < batch_bytes_min) batching_.alone = true;
  base::log(base::log_level::warn, {"kafka", peer_},
            "a batch of records was refused: from now on {}; if the topic's max.message.bytes is "
            "small, larger is faster",
            batching_.alone ? "each record goes alone"
                            : fmt::format("batches have at most {} bytes", batching_.bytes));
  let_go();
}

void kafka_client::explain(outcome& out, clock::time_point begin) {
  if (!out.error.empty()) return;
  if (std::ranges::find(out.fates, fate::pending) == out.fates.end()) return;
  if (interrupted_.load(std::memory_order_relaxed)) {
    out.error = fmt::format("{}: interrupted", peer_);
    return;
  }
  const auto waited = std::chrono::duration<double>(clock::now() - begin);
  const std::string trouble = producer_ ? producer_->trouble() : std::string{};
  out.error = fmt::format("{}: no answer for {} records within {:.1f} s{}{}", peer_,
                          flight_.open(), waited.count(), trouble.empty() ? "" : ": ", trouble);
}

/// A producer with records in flight stays: it looks the names up and connects by itself, and only
/// it can repeat the records without making a second copy.
void kafka_client::close() noexcept {
  if (flight_.open() == 0) let_go();
}

void kafka_client::let_go() noexcept {
  flight_.clear();
  if (!producer_) return;
  try {
    closer_.take(std::move(producer_), std::exchange(values_, {}));
  } catch (...) {
    // The system gave no thread: the producer was destroyed on this one.
    values_ = {};
  }
  producer_.reset();
}

}  // namespace

kafka_client_or_error make_kafka_client(const sink_options& options, kafka_value_encoder gelf) {
  const auto failed = [](std::string why) {
    return kafka_client_or_error{.client = nullptr, .error = std::move(why)};
  };
  const auto format = parse_kafka_format(options.format);
  if (!format) {
    return failed(fmt::format("format is '{}'; it may be json, gelf or text", options.format));
  }
  if (format == kafka_format::gelf && !gelf) {
    return failed("format gelf is not part of this build: use json or text");
  }
  if (options.path.empty()) return failed("no topic is named: kafka://HOST:9092/TOPIC");
  if (auto wrong = time_template::check(options.path)) return failed("topic: " + *wrong);
  kafka_settings settings;
  if (auto wrong = make_kafka_settings(options, {}, find_ca_bundle(), settings)) {
    return failed(*wrong);
  }
  // Whatever else is wrong (a file that cannot be read, a password for a key) shows here.
  std::string error;
  auto producer = kafka_producer::open(settings, kafka_peers(options), error);
  if (!producer) return failed(error);
  kafka_encoder encoder(*format, options.headers, std::move(gelf));
  return {.client = std::make_unique<kafka_client>(options, std::move(encoder),
                                                   std::move(producer)),
          .error = {}};
}

}  // namespace logio::sink
