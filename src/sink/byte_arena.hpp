/// Memory that stays where it is until all of it is given back: the encoded values of a batch.
///
/// Ownership:      owns its pieces; what reserve() gave is valid until clear() or destruction, and
///                 stays so when the arena is moved.
/// Thread safety:  distinct objects.
/// Limits:         keeps up to `kept_pieces_max` pieces of `piece_bytes` when cleared.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace logio::sink {

class byte_arena {
 public:
  static constexpr std::size_t piece_bytes = std::size_t{256} << 10;
  static constexpr std::size_t kept_pieces_max = 16;

  /// Room for `bytes`; what is written there stays after keep().
  char* reserve(std::size_t bytes) {
    if (pieces_.empty() || pieces_[current_].bytes - used_ < bytes) next_piece(bytes);
    return pieces_[current_].data.get() + used_;
  }

  /// The first `bytes` of what was reserved last are in use.
  void keep(std::size_t bytes) noexcept { used_ += bytes; }

  void clear() noexcept {
    std::erase_if(pieces_, [](const piece& p) { return p.bytes != piece_bytes; });
    if (pieces_.size() > kept_pieces_max) pieces_.resize(kept_pieces_max);
    current_ = used_ = 0;
  }

 private:
  struct piece {
    std::unique_ptr<char[]> data;
    std::size_t bytes = 0;
  };

  void next_piece(std::size_t bytes) {
    const std::size_t next = pieces_.empty() ? 0 : current_ + 1;
    if (next == pieces_.size() || pieces_[next].bytes < bytes) {
      const std::size_t size = std::max(bytes, piece_bytes);
      piece made{std::make_unique_for_overwrite<char[]>(size), size};
      pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(next), std::move(made));
    }
    current_ = next;
    used_ = 0;
  }

  std::vector<piece> pieces_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;  ///< of the current piece
};

}  // namespace logio::sink
