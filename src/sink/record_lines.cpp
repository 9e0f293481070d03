#include "logio/sink/record_lines.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "logio/record/time.hpp"

namespace logio::sink {
namespace {

constexpr std::size_t batch_bytes = std::size_t{64} << 10;
/// Of one byte of text or fields; and of what stands around them.
constexpr std::size_t json_bytes_max = 6, frame_bytes_max = std::size_t{64} << 10;

wire::body_decoder::options decoding(std::size_t record_bytes_max) {
  wire::body_decoder::options out;
  out.format = wire::body_format::ndjson;
  out.limits.line_bytes_max = record_bytes_max;
  out.limits.record_bytes_max = record_bytes_max + frame_bytes_max;
  out.limits.object_bytes_max = record_bytes_max * json_bytes_max + frame_bytes_max;
  return out;
}

/// Of the object that begins `{"cursor":"EPOCH-POSITION",`.
std::optional<log_place> cursor_of(std::string_view object) {
  constexpr std::string_view begin = R"({"cursor":")";
  if (!object.starts_with(begin)) return std::nullopt;
  object.remove_prefix(begin.size());
  return parse_cursor(object.substr(0, std::min(object.find('"'), object.size())));
}

std::optional<std::int64_t> parse_arrival(std::string_view object) {
  constexpr std::string_view key = R"(","arrived":")";  // behind `time`, in front of all text
  const std::size_t at = object.find(key);
  if (at == object.npos) return std::nullopt;
  return record::parse_rfc3339(object.substr(at + key.size(), record::rfc3339_bytes));
}

}  // namespace

std::optional<log_place> parse_cursor(std::string_view text) noexcept {
  constexpr std::size_t epoch_digits = 16;
  if (text.size() < epoch_digits + 2 || text[epoch_digits] != '-') return std::nullopt;
  log_place out;
  const char* const at = text.data();
  const char* const end = at + text.size();
  const auto epoch = std::from_chars(at, at + epoch_digits, out.epoch, 16);
  const auto position = std::from_chars(at + epoch_digits + 1, end, out.position);
  if (epoch.ptr != at + epoch_digits || position.ptr != end || position.ec != std::errc()) {
    return std::nullopt;
  }
  return out;
}

record_lines::record_lines(std::size_t record_bytes_max)
    : decoder_(decoding(record_bytes_max)), batch_(batch_bytes) {}

std::optional<record_lines::found> record_lines::read(std::string_view object) {
  const auto place = cursor_of(object);
  const auto arrival_ns = parse_arrival(object);
  if (!place || !arrival_ns) return std::nullopt;
  batch_.clear();
  decoder_.clear_refusals();
  decoder_.set_arrival(*arrival_ns);
  line_.assign(object);
  line_ += '\n';
  for (std::string_view in = line_; !in.empty();) {
    const auto [consumed, state] = decoder_.feed(in, batch_);
    in.remove_prefix(consumed);
    if (state == wire::body_decoder::status::topic_ready) topic_ = decoder_.topic();
    if (state == wire::body_decoder::status::failed) break;
  }
  if (batch_.count() != 1) return std::nullopt;
  return found{record::view(batch_.data()), &topic_, *arrival_ns, *place};
}

}  // namespace logio::sink
