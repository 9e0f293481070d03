/// Records as the hub feeds them to sinks, for tests.
#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <vector>

#include "logio/hub/topic_table.hpp"
#include "logio/record/batch_builder.hpp"
#include "logio/sink/client.hpp"
#include "logio/sink/queue_source.hpp"

namespace logio::sink::testing {

inline constexpr std::uint64_t test_epoch = 0x00c0ffee00c0ffee;

inline hub::topic_ptr make_topic(std::uint32_t id, const record::topic& t) {
  return std::make_shared<hub::topic_info>(id, t, 0);
}

/// A batch of texts.
class texts {
 public:
  explicit texts(const std::vector<std::string>& of, record::severity_number severity = 0,
                 std::int64_t hours_later = 0)
      : builder_(std::size_t{64} << 10) {
    for (const std::string& text : of) {
      record::head h;
      h.time_ns = 1'481'062'461'448'000'000 + hours_later * 3'600'000'000'000;
      h.text_bytes = static_cast<std::uint32_t>(text.size());
      h.severity = severity;
      builder_.append(h, text);
    }
  }
  fed_batch fed(const hub::topic_ptr& topic, std::uint64_t first_position,
                std::int64_t arrival_ns = 1) const {
    return {topic, first_position, builder_.count(), arrival_ns,
            {builder_.data(), builder_.bytes()}};
  }
  record::batch_view view() const { return builder_.view(); }

 private:
  record::batch_builder builder_;
};

inline std::vector<std::string> texts_of(const std::vector<item>& items) {
  std::vector<std::string> out;
  for (const item& i : items) out.emplace_back(i.record.text());
  return out;
}

}  // namespace logio::sink::testing
