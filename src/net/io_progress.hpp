/// What became of a read or a write that does not wait.
#pragma once

#include <cstddef>
#include <cstdint>

namespace logio::net {

enum class io_state : std::uint8_t {
  done,
  wants_read,   ///< again when the socket can be read
  wants_write,  ///< again when the socket can be written
  ended,        ///< the peer has ended its side
  failed,
};

struct io_progress {
  io_state what;
  std::size_t bytes = 0;  ///< with done
};

}  // namespace logio::net
