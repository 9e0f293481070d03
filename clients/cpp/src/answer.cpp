#include "answer.hpp"

#include <charconv>

namespace logio::client {
namespace {

constexpr std::size_t line_bytes_max = 64 * 1024;

std::optional<std::uint64_t> number_of(std::string_view line, std::string_view key) {
  const auto at = line.rfind(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const char* const from = line.data() + at + key.size();
  const auto [end, error] = std::from_chars(from, line.data() + line.size(), number);
  if (error != std::errc{} || end == from) return std::nullopt;
  return number;
}

/// The message's text, with its escapes left as they are but for quotes and backslashes.
std::string message_of(std::string_view line) {
  constexpr std::string_view key = R"("message":")";
  const auto at = line.find(key);
  if (at == std::string_view::npos) return std::string(line);
  std::string out;
  for (std::size_t i = at + key.size(); i < line.size() && line[i] != '"'; ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && (line[i + 1] == '"' || line[i + 1] == '\\')) ++i;
    out += line[i];
  }
  return out;
}

std::optional<answer> read(std::string_view line) {
  if (line.starts_with(R"({"error":)")) {
    return answer{answer::what::error, number_of(line, R"("record":)"), message_of(line)};
  }
  const auto number = number_of(line, R"("ack":)");
  if (!number) return std::nullopt;
  const bool greets = line.starts_with(R"({"logio":)");
  return answer{greets ? answer::what::greeting : answer::what::ack, number, {}};
}

}  // namespace

std::optional<answer> answer_reader::next(std::string_view& bytes) {
  for (;;) {
    const auto end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    line_ += part.substr(0, line_bytes_max - line_.size());
    if (end == std::string_view::npos) {
      bytes = {};
      return std::nullopt;
    }
    bytes.remove_prefix(end + 1);
    auto found = read(line_);
    line_.clear();
    if (found) return found;
  }
}

}  // namespace logio::client
