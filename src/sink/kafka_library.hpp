/// librdkafka's objects as owners, its log, its errors as words: what the files that know the
/// library share.
///
/// Ownership:      as each pointer says; a log outlives the library's object that writes to it.
/// Thread safety:  kafka_log: any thread, for the library writes from its own; else distinct
///                 objects.
/// Source:         librdkafka 2.8, rdkafka.h and INTRODUCTION.md.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sink/kafka_offsets.hpp"
#include "sink/kafka_settings.hpp"

namespace logio::sink {

struct kafka_deleter {
  void operator()(rd_kafka_event_t* e) const noexcept { rd_kafka_event_destroy(e); }
  void operator()(rd_kafka_conf_t* c) const noexcept { rd_kafka_conf_destroy(c); }
  void operator()(rd_kafka_error_t* e) const noexcept { rd_kafka_error_destroy(e); }
  void operator()(rd_kafka_queue_t* q) const noexcept { rd_kafka_queue_destroy(q); }
  void operator()(rd_kafka_headers_t* h) const noexcept { rd_kafka_headers_destroy(h); }
  void operator()(rd_kafka_topic_t* t) const noexcept { rd_kafka_topic_destroy(t); }
  void operator()(rd_kafka_topic_partition_t* p) const noexcept {
    rd_kafka_topic_partition_destroy(p);
  }
  void operator()(rd_kafka_topic_partition_list_t* l) const noexcept {
    rd_kafka_topic_partition_list_destroy(l);
  }
};
using kafka_event_ptr = std::unique_ptr<rd_kafka_event_t, kafka_deleter>;
using kafka_conf_ptr = std::unique_ptr<rd_kafka_conf_t, kafka_deleter>;
using kafka_error_ptr = std::unique_ptr<rd_kafka_error_t, kafka_deleter>;
using kafka_queue_ptr = std::unique_ptr<rd_kafka_queue_t, kafka_deleter>;
using kafka_headers_ptr = std::unique_ptr<rd_kafka_headers_t, kafka_deleter>;
using kafka_topic_ptr = std::unique_ptr<rd_kafka_topic_t, kafka_deleter>;
using kafka_partition_ptr = std::unique_ptr<rd_kafka_topic_partition_t, kafka_deleter>;
using kafka_partitions_ptr = std::unique_ptr<rd_kafka_topic_partition_list_t, kafka_deleter>;

/// The library's own log, from its own threads. What it repeats is said once for each log. A
/// broker's failures come as events and are told with what they hold up; what is left when a
/// producer or consumer ends, its owner knows.
class kafka_log {
 public:
  explicit kafka_log(std::string peer) : peer_(std::move(peer)) {}

  void write(int level, std::string_view facility, std::string_view text) noexcept;
  const std::string& peer() const noexcept { return peer_; }

 private:
  bool first_of(std::string_view facility) noexcept;

  const std::string peer_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> seen_;
};

/// `NAME: words`, in the peer's words when it has some.
std::string kafka_reason(rd_kafka_resp_err_t code, const char* peers_words);

/// What made the object unable to go on: it says so only when it is asked.
std::string kafka_fatal_reason(rd_kafka_t* rk);

kafka_partitions_ptr make_kafka_list(const std::vector<kafka_offsets::entry>& entries);

/// A producer or consumer that gives `events` (of RD_KAFKA_EVENT_…) instead of calling back. Null,
/// and `error` says why, when the settings cannot be.
/// REQUIRES: `log` lives longer than what is returned.
rd_kafka_t* open_kafka(rd_kafka_type_t type, const kafka_settings& settings, int events,
                       kafka_log& log, std::string& error);

}  // namespace logio::sink
