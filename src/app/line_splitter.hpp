/// Cuts a stream of bytes into lines, with a bound for each.
///
/// A line ends in LF or CR LF, the last one also with the stream.
///
/// Thread safety:  none.
/// Limits:         of a line most bytes are kept at most; what is left out is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logio::app {

class line_splitter {
 public:
  explicit line_splitter(std::size_t most) noexcept : most_(most) {}

  /// Calls take(text, left_out_bytes) for each line that `bytes` complete.
  template <class Take>
  void feed(std::string_view bytes, Take&& take) {
    for (std::size_t end = 0; (end = bytes.find('\n')) != std::string_view::npos;) {
      const std::string_view part = bytes.substr(0, end);
      bytes.remove_prefix(end + 1);
      if (line_.empty() && part.size() <= most_) {
        take(without_return(part), std::uint64_t{0});
        continue;
      }
      keep(part);
      take(left_out_ == 0 ? without_return(line_) : std::string_view(line_), left_out_);
      forget();
    }
    keep(bytes);
  }

  /// The unfinished line at the end, if there is one.
  template <class Take>
  void finish(Take&& take) {
    if (!line_.empty()) take(std::string_view(line_), left_out_);
    forget();
  }

 private:
  static std::string_view without_return(std::string_view line) noexcept {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  void keep(std::string_view part);
  void forget() noexcept;

  std::size_t most_;
  std::string line_;  // of the unfinished line
  std::uint64_t left_out_ = 0;
};

}  // namespace logio::app
