/// Records for a sink's client as a runner would offer them: in order, with positions.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "logio/record/batch_builder.hpp"
#include "logio/sink/client.hpp"

namespace logio::sink::testing {

class offered_records {
 public:
  static constexpr std::uint64_t epoch = 0x0123456789abcdef;

  /// The same topic is kept once. Positions begin with `first_position`.
  explicit offered_records(std::uint64_t first_position = 1) : position_(first_position) {}

  offered_records& add(const record::topic& topic, std::string_view text, std::int64_t time_ns,
                       record::severity_number severity = 0, std::string_view fields = {}) {
    record::batch_builder& one = records_.emplace_back(4096);
    record::head head;
    head.time_ns = time_ns;
    head.severity = severity;
    head.text_bytes = static_cast<std::uint32_t>(text.size());
    head.fields_bytes = static_cast<std::uint32_t>(fields.size());
    if (text.find('\n') != std::string_view::npos) head.flags = record::inner_newline;
    one.append(head, text, fields);
    items_.push_back({.record = record::view(one.data()),
                      .topic = keep(topic),
                      .arrival_ns = time_ns,
                      .epoch = epoch,
                      .position = position_++});
    return *this;
  }

  const std::vector<item>& items() const noexcept { return items_; }

 private:
  const record::topic* keep(const record::topic& wanted) {
    for (const record::topic& have : topics_) {
      if (have == wanted) return &have;
    }
    return &topics_.emplace_back(wanted);
  }

  std::uint64_t position_;
  std::list<record::topic> topics_;
  std::list<record::batch_builder> records_;
  std::vector<item> items_;
};

}  // namespace logio::sink::testing
