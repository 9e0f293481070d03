/// librdkafka's producer: messages in, an answer for each out, errors as verdicts.
///
/// Ownership:      owns the library's object, whose threads live until the destructor returns. A
///                 message's value is borrowed until its answer was given by poll(), or until the
///                 producer is destroyed; all else only for the call.
/// Thread safety:  one thread at a time; the library's own threads write to the log.
/// Limits:         the destructor waits for the library's threads, one of which may be looking up a
///                 name: destroy it where that harms nobody.
/// Source:         librdkafka 2.8, rdkafka.h and INTRODUCTION.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sink/kafka_message.hpp"
#include "sink/kafka_settings.hpp"
#include "sink/kafka_verdict.hpp"

namespace logio::sink {

class kafka_producer {
 public:
  using on_answer = std::function<void(std::uint32_t tag, kafka_verdict, std::string_view why)>;

  /// Null, and `error` says why, when the settings cannot be (an unreadable file, …). `peer` is
  /// what the log calls the cluster.
  static std::unique_ptr<kafka_producer> open(const kafka_settings& settings, std::string peer,
                                              std::string& error);
  ~kafka_producer();
  kafka_producer(const kafka_producer&) = delete;

  /// Queues the message; delivered means: its answer comes by poll(). Any other verdict is the
  /// answer, and `why` is set.
  kafka_verdict produce(const std::string& topic, const kafka_message& message, std::uint32_t tag,
                        std::string& why);

  /// Waits up to `wait` for answers and gives those that are there. False when there were none.
  bool poll(std::chrono::milliseconds wait, const on_answer& answer);

  /// Whether the brokers were all found unreachable since the last answer.
  bool all_down() const noexcept;
  /// The last trouble with a broker since the last answer, in the library's words; may be empty.
  const std::string& trouble() const noexcept;
  /// Names of topics that it has learned and will remember.
  std::size_t topics() const noexcept;

 private:
  struct state;
  explicit kafka_producer(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

}  // namespace logio::sink
