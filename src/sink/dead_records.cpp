#include "logio/sink/dead_records.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "logio/record/batch_builder.hpp"
#include "logio/record/time.hpp"
#include "logio/wire/body_decoder.hpp"

namespace logio::sink {
namespace {

struct cursor {
  std::uint64_t epoch = 0, position = 0;
};

/// Of the record object that begins `{"cursor":"EPOCH-POSITION",`.
std::optional<cursor> parse_cursor(std::string_view object) {
  constexpr std::string_view begin = R"({"cursor":")";
  constexpr std::size_t epoch_digits = 16;
  if (!object.starts_with(begin)) return std::nullopt;
  object.remove_prefix(begin.size());
  const std::size_t end = object.find('"');
  if (end == object.npos || end <= epoch_digits + 1 || object[epoch_digits] != '-') {
    return std::nullopt;
  }
  cursor out;
  const char* const at = object.data();
  const auto epoch = std::from_chars(at, at + epoch_digits, out.epoch, 16);
  const auto position = std::from_chars(at + epoch_digits + 1, at + end, out.position);
  if (epoch.ptr != at + epoch_digits || position.ptr != at + end) return std::nullopt;
  return out;
}

std::optional<std::int64_t> parse_arrival(std::string_view object) {
  constexpr std::string_view key = R"(","arrived":")";  // behind `time`, in front of all text
  const std::size_t at = object.find(key);
  if (at == object.npos) return std::nullopt;
  return record::parse_rfc3339(object.substr(at + key.size(), record::rfc3339_bytes));
}

}  // namespace

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
  const std::string_view object =
      line.substr(at + key.size(), line.size() - at - key.size() - 1);
  const auto place = parse_cursor(object);
  const auto arrival_ns = parse_arrival(object);
  if (!place || !arrival_ns) return false;

  wire::body_decoder::options how;
  how.format = wire::body_format::ndjson;
  how.limits.line_bytes_max = record_bytes_max_;
  how.limits.object_bytes_max = line.size() + 1;
  wire::body_decoder decoder(how);
  decoder.set_arrival(*arrival_ns);
  record::batch_builder batch(std::size_t{64} << 10);
  const std::string text = std::string(object) + '\n';
  using status = wire::body_decoder::status;
  std::string_view in = text;
  for (status said = status::topic_ready; said == status::topic_ready;) {
    const auto progress = decoder.feed(in, batch);
    in.remove_prefix(progress.consumed);
    said = progress.state;
  }
  while (decoder.finish(batch) == status::topic_ready) {
  }
  if (batch.count() != 1) return false;
  held& kept = held_.emplace_back();
  kept.record.assign(batch.data(), batch.data() + batch.bytes());
  kept.topic = decoder.topic();
  items_.push_back({record::view(kept.record.data()), &kept.topic, *arrival_ns, place->epoch,
                    place->position, true, true});
  return true;
}

}  // namespace logio::sink
