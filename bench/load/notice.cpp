#include "notice.hpp"

#include <charconv>

namespace logio::bench {

namespace {

constexpr std::string_view hub_topic = " logio[hub] ";
constexpr std::size_t time_size = 23;

std::optional<std::uint64_t> number_before(std::string_view line, std::string_view from,
                                           std::string_view after) {
  const auto start = line.find(from);
  if (start == std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const char* const end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data() + start + from.size(), end, value);
  const std::string_view rest(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  if (parsed.ec != std::errc{} || !rest.starts_with(after) || !rest.ends_with('.')) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

bool is_hub_line(std::string_view line) {
  return line.size() > time_size + hub_topic.size() &&
         line.substr(time_size, hub_topic.size()) == hub_topic;
}

std::optional<loss_notice> parse_notice(std::string_view line) {
  if (!is_hub_line(line)) {
    return std::nullopt;
  }
  if (const auto n = number_before(
          line, ": Error L10 (output buffer overflow): ", " messages dropped since ")) {
    return loss_notice{loss_notice::kind::dropped, *n};
  }
  if (const auto n =
          number_before(line, ": Error L13 (history lost): up to ", " messages missed since ")) {
    return loss_notice{loss_notice::kind::missed, *n};
  }
  return std::nullopt;
}

}  // namespace logio::bench
