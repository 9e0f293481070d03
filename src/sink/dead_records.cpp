#include "logio/sink/dead_records.hpp"

#include <algorithm>

namespace logio::sink {

const std::vector<item>& dead_records::read(std::string_view lines) {
  items_.clear();
  held_.clear();
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (!read_line(lines.substr(0, end))) ++unreadable_;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return items_;
}

bool dead_records::read_line(std::string_view line) {
  // In a string, such as the reason, every quote has a backslash in front.
  constexpr std::string_view key = R"(","record":)";
  const std::size_t at = line.find(key);
  if (at == line.npos || line.back() != '}') return false;
  const auto found = objects_.read(line.substr(at + key.size(), line.size() - at - key.size() - 1));
  if (!found) return false;
  held& kept = held_.emplace_back();
  kept.record.assign(found->record.data(), found->record.data() + found->record.stored());
  kept.topic = *found->topic;
  items_.push_back({record::view(kept.record.data()), &kept.topic, found->arrival_ns,
                    found->place.epoch, found->place.position, true, true});
  return true;
}

}  // namespace logio::sink
