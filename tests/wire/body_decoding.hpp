// Runs a body_decoder as a session does, and a naive reference of the same, for tests to compare.
#pragma once

#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "logio/wire/body_decoder.hpp"

namespace logio::wire::testing {

struct body_record {
  std::string topic;  // app/proc/host
  std::string text;
  bool operator==(const body_record&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const body_record& r) {
  return out << r.topic << ": " << r.text;
}

struct body_refusal {
  std::uint64_t line;
  std::string code;
  std::string message;
};

struct decoded_body {
  std::vector<body_record> records;
  std::vector<body_refusal> refusals;
  bool failed = false;
  std::size_t carried_bytes_max = 0;
  std::size_t topics_asked = 0;

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& r : records) all.push_back(r.text);
    return all;
  }
  std::vector<std::string> refused() const {  // `7 bad_json`
    std::vector<std::string> all;
    for (const auto& r : refusals) all.push_back(std::to_string(r.line) + " " + r.code);
    return all;
  }
};

class body_session {
 public:
  explicit body_session(const body_decoder::options& how, std::set<std::string> closed_topics = {},
                        std::size_t batch_bytes = 65536)
      : decoder_(how), batch_(batch_bytes), closed_topics_(std::move(closed_topics)) {
    decoder_.set_arrival(1'700'000'000'123'456'789);
  }

  void feed(std::string_view in) {
    using status = body_decoder::status;
    while (!result_.failed) {
      const auto [consumed, state] = decoder_.feed(in, batch_);
      in.remove_prefix(consumed);
      deal_with(state);
      if (state == status::need_more) break;
    }
    result_.carried_bytes_max = std::max(result_.carried_bytes_max, decoder_.carried_bytes());
  }

  decoded_body finish() {
    using status = body_decoder::status;
    while (!result_.failed) {
      const status state = decoder_.finish(batch_);
      deal_with(state);
      if (state == status::finished) break;
    }
    return result_;
  }

 private:
  void deal_with(body_decoder::status state) {
    for (const record::view r : batch_.view()) {
      result_.records.push_back({topic_, std::string(r.text())});
    }
    batch_.clear();
    for (const refusal& r : decoder_.refusals()) {
      result_.refusals.push_back({r.record, std::string(code(r.error)), r.message});
    }
    decoder_.clear_refusals();
    if (state == body_decoder::status::failed) result_.failed = true;
    if (state != body_decoder::status::topic_ready) return;
    ++result_.topics_asked;
    const record::topic& t = decoder_.topic();
    topic_ = t.app + "/" + t.proc + "/" + t.host;
    if (closed_topics_.contains(topic_)) {
      decoder_.refuse_topic(publish_error::too_many_topics, "too many");
    }
  }

  body_decoder decoder_;
  record::batch_builder batch_;
  std::set<std::string> closed_topics_;
  std::string topic_;
  decoded_body result_;
};

inline body_decoder::options body_of(body_format format, std::string app = "a") {
  body_decoder::options how;
  how.format = format;
  how.topic = {std::move(app), "p", "h"};
  return how;
}

inline decoded_body decode_body(std::string_view body, const body_decoder::options& how,
                                std::size_t read_bytes = SIZE_MAX,
                                std::size_t batch_bytes = 65536) {
  body_session s(how, {}, batch_bytes);
  while (!body.empty()) {
    s.feed(body.substr(0, read_bytes));
    body.remove_prefix(std::min(read_bytes, body.size()));
  }
  return s.finish();
}

}  // namespace logio::wire::testing
