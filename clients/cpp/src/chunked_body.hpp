/// Takes an HTTP body out of its chunks, however they are cut.
///
/// Thread safety:  distinct objects.
/// Limits:         a line of 8 KiB around the chunks.
/// Source:         RFC 9112, section 7.1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::client {

class chunked_body {
 public:
  enum class state : std::uint8_t { more, complete, bad };

  /// Takes all of `bytes`, up to the end of the body, and appends to `out` what is content.
  state take(std::string_view bytes, std::string& out);

 private:
  enum class part : std::uint8_t { size, content, content_end, trailer };

  bool take_line(std::string_view line);

  part part_ = part::size;
  std::uint64_t left_ = 0;  // of the chunk's content
  std::string line_;
  bool complete_ = false;
};

}  // namespace logio::client
