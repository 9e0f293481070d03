/// What a hub says to an acknowledged publisher: one JSON object per line.
///
/// Thread safety:  distinct objects.
/// Limits:         a line of 64 KiB; what is longer is left out.
/// Source:         README, "Publish".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logio::client {

struct answer {
  enum class what : std::uint8_t { greeting, ack, error };
  what kind;
  std::optional<std::uint64_t> number;  ///< acknowledged up to it; of the refused record
  std::string text;                     ///< an error's message
};

class answer_reader {
 public:
  /// Takes from `bytes` up to the first answer; nothing: all was taken, and it is not complete.
  std::optional<answer> next(std::string_view& bytes);

 private:
  std::string line_;
};

}  // namespace logio::client
