/// The lines that a program writes to a terminal, as one reads them there.
///
/// What is redrawn is its last state: a carriage return, a backspace, moves within the line, and
/// erased, inserted or deleted characters do to the line what a terminal does. Colours, titles and
/// other sequences are left out, and so is all that is drawn on the alternate screen, where
/// full-screen programs are. A move to another line ends the line. One character is one column.
///
/// Thread safety:  none.
/// Limits:         of a line `most` bytes are kept, what is left out is counted. A line of over
///                 editable_bytes_max is not edited any more: a redraw begins it anew. A sequence
///                 that does not end is given up: a control string after string_bytes_max, a title
///                 also at the end of the line.
/// Source:         ECMA-48; xterm control sequences (DECSET 47, 1047, 1049).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logio::app {

class screen_lines {
 public:
  static constexpr std::size_t editable_bytes_max = 16'384;
  static constexpr std::size_t string_bytes_max = std::size_t{1} << 20;

  explicit screen_lines(std::size_t most) noexcept : most_(most) {}

  /// Calls take(text, left_out_bytes) for each line that `bytes` complete.
  template <class Take>
  void feed(std::string_view bytes, Take&& take) {
    while (!bytes.empty()) {
      bytes.remove_prefix(step(bytes));
      if (complete_) end_line(take);
    }
  }

  /// The unfinished line at the end, if there is one.
  template <class Take>
  void finish(Take&& take) {
    if (!line_.empty()) end_line(take);
  }

 private:
  enum class state : std::uint8_t { text, escape, other, control, title, device, string_end };

  template <class Take>
  void end_line(Take& take) {
    take(std::string_view(line_), left_out_);
    forget();
  }

  /// Gives back how many bytes it has taken; after it complete_ says that a line has ended.
  std::size_t step(std::string_view bytes);
  std::size_t plain(std::string_view bytes);
  void put(std::string_view text);
  std::size_t overwrite(std::string_view text);
  void special(char c);
  void after_escape(char c);
  bool in_string(char c);
  void control_byte(char c);
  void control_end(char final);
  void edit(char final, std::size_t number);
  void set_mode(bool on);
  void go_to(std::size_t at);
  void go_forward(std::size_t n);
  void go_back(std::size_t n);
  void cut_off();
  void blank(std::size_t from, std::size_t to);
  std::size_t forward(std::size_t at, std::size_t n) const;
  std::size_t back(std::size_t at, std::size_t n) const;
  bool editable() const noexcept { return line_.size() <= editable_bytes_max; }
  void leave_line();
  void forget() noexcept;

  std::size_t most_;
  std::string line_;
  std::size_t cursor_ = 0;  // a byte of line_, or its end
  std::uint64_t left_out_ = 0;
  std::size_t beyond_ = 0;   // columns of the cursor behind the line's end
  bool complete_ = false, alternate_ = false;
  bool begin_anew_ = false;  // a redraw of what is too long to be edited
  state state_ = state::text;
  std::array<char, 32> parameters_{};
  std::size_t parameter_bytes_ = 0, string_bytes_ = 0;
};

}  // namespace logio::app
