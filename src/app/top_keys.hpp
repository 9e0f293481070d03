/// What a terminal sends as keys: bytes in, wherever they are cut, keys out.
///
/// Thread safety:  distinct objects.
/// Limits:         an escape sequence of up to 16 bytes; a longer one is given up.
/// Source:         ECMA-48; xterm control sequences (PC-style function keys).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace logio::app {

enum class key_kind : std::uint8_t {
  text, enter, escape, backspace, tab, up, down, left, right, page_up, page_down, home, end,
};

struct key_event {
  key_kind kind = key_kind::text;
  std::string text;  ///< one character, in as many bytes as it has; also Ctrl-C, -L, -Z

  bool operator==(const key_event&) const = default;
};

class top_keys {
 public:
  std::vector<key_event> take(std::string_view bytes);

  /// An Esc waits for what may follow it.
  bool is_waiting() const noexcept { return !held_.empty(); }
  /// Nothing followed.
  std::vector<key_event> give_up();

 private:
  std::string held_;
};

}  // namespace logio::app
