// Runs a publish_decoder as a session does and keeps what came out, for tests to compare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "logio/wire/publish_decoder.hpp"

namespace logio::wire::testing {

inline constexpr std::int64_t arrival_ns = 1'700'000'000'123'456'789;

struct seen_record {
  std::int64_t time_ns;
  std::string text;
  std::string fields;
  int severity;
  int flags;
  bool operator==(const seen_record&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const seen_record& r) {
  return out << "{" << r.time_ns << " s" << r.severity << " f" << r.flags << " "
             << r.fields.size() << " bytes of fields: " << r.text << "}";
}

struct seen_refusal {
  publish_error error;
  std::uint64_t record;
  std::string message;
  bool closes;
  bool operator==(const seen_refusal&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const seen_refusal& r) {
  return out << "{" << code(r.error) << " of " << r.record << (r.closes ? " closes: " : ": ")
             << r.message << "}";
}

struct decoded {
  publish_request request;
  bool has_topic = false;
  std::vector<seen_record> records;
  std::vector<seen_refusal> refusals;
  publish_decoder::status last = publish_decoder::status::need_more;
  publish_decoder::counters count;
  std::uint64_t next_record = 0;
  std::size_t carried_bytes_max = 0;
  std::size_t batch_bytes_max = 0;

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& r : records) all.push_back(r.text);
    return all;
  }
};

class session {
 public:
  explicit session(const publish_decoder::options& limits = {}, std::size_t batch_bytes = 65536,
                   std::uint64_t skip_through = 0)
      : decoder_(limits), batch_(batch_bytes), skip_through_(skip_through) {
    decoder_.set_arrival(arrival_ns);
  }

  // One read. After `failed` nothing more is taken.
  void feed(std::string_view in) {
    using status = publish_decoder::status;
    if (result_.last == status::failed) return;
    for (;;) {
      const auto [consumed, state] = decoder_.feed(in, batch_);
      in.remove_prefix(consumed);
      result_.last = state;
      take();
      if (state == status::topic_ready) {
        result_.request = decoder_.request();
        result_.has_topic = true;
        decoder_.skip_through(skip_through_);
      }
      if (state == status::need_more || state == status::failed) break;
    }
    result_.carried_bytes_max = std::max(result_.carried_bytes_max, decoder_.carried_bytes());
  }

  decoded finish() {
    using status = publish_decoder::status;
    while (result_.last != status::failed) {
      result_.last = decoder_.finish(batch_);
      take();
      if (result_.last == status::finished) break;
    }
    result_.count = decoder_.count();
    result_.next_record = decoder_.next_record();
    return result_;
  }

  publish_decoder& decoder() { return decoder_; }
  const decoded& so_far() const { return result_; }

 private:
  void take() {
    result_.batch_bytes_max = std::max(result_.batch_bytes_max, batch_.bytes());
    for (const record::view r : batch_.view()) {
      int flags = 0;
      for (const auto f : {record::inner_newline, record::cut_text, record::arrival_time}) {
        if (r.has(f)) flags |= f;
      }
      result_.records.push_back({r.time_ns(), std::string(r.text()), std::string(r.fields()),
                                 r.severity(), flags});
    }
    batch_.clear();
    for (const refusal& r : decoder_.refusals()) {
      result_.refusals.push_back({r.error, r.record, r.message, r.closes});
    }
    decoder_.clear_refusals();
  }

  publish_decoder decoder_;
  record::batch_builder batch_;
  std::uint64_t skip_through_;
  decoded result_;
};

// All of `input` in reads of at most `read_bytes`.
inline decoded decode(std::string_view input, const publish_decoder::options& limits = {},
                      std::size_t read_bytes = SIZE_MAX, std::size_t batch_bytes = 65536) {
  session s(limits, batch_bytes);
  while (!input.empty()) {
    s.feed(input.substr(0, read_bytes));
    input.remove_prefix(std::min(read_bytes, input.size()));
  }
  return s.finish();
}

inline const std::string topic = R"({"app":"myapp","proc":"web","host":"vm"})";

// The only record of a connection with the usual topic.
inline decoded decode_record(std::string_view record, const publish_decoder::options& limits = {}) {
  return decode(topic + std::string(record), limits);
}

}  // namespace logio::wire::testing
