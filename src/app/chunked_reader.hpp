/// Takes the chunks off a chunked HTTP body.
///
/// Sans I/O: bytes in, body bytes out, split anywhere.
///
/// Thread safety:  distinct objects.
/// Source:         RFC 9112, 7.1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::app {

class chunked_reader {
 public:
  /// Appends the body bytes of `in` to `out`. False: this is no chunked body.
  bool feed(std::string_view in, std::string& out);

  /// The last chunk and its trailer have been seen.
  bool finished() const noexcept { return state_ == state::done; }

 private:
  enum class state : std::uint8_t { size, extension, data, data_end, trailer, done, failed };

  bool take_size(char c) noexcept;

  state state_ = state::size;
  std::uint64_t left_ = 0;
  unsigned digits_ = 0;
  bool line_empty_ = true;  // of the trailer
};

}  // namespace logio::app
