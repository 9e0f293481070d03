#pragma once

#include "series.hpp"
#include "wire.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace logio::bench {

/// The bytes of some consecutive blocks as a publisher writes them.
///
/// Made once; then stamping it for a publisher and a block patches five short fields per line, so
/// that the generator spends nanoseconds where the server has to parse.
///
/// Thread safety: none; one generator thread shares one image between its publishers.
class block_image {
 public:
  block_image(const series& lines, const line_shape& shape, std::size_t blocks);

  std::size_t blocks() const { return blocks_; }

  /// Makes the first `count` blocks those of `publisher` from `block` on; returns their bytes,
  /// which are valid until the next call.
  std::string_view stamp(std::uint32_t publisher, std::uint32_t topic, std::uint64_t block,
                         std::size_t count);

  /// The bytes of the line at `index` in what stamp() made last (its first block).
  std::string_view line(std::size_t index) const;

 private:
  struct places {
    std::uint32_t time;
    std::uint32_t topic;
    std::uint32_t lead;
    std::uint32_t checksum;
  };

  void stamp_block(std::uint32_t publisher, std::uint32_t topic, std::uint64_t block,
                   std::size_t nth);

  time_style time_;
  bool has_topic_ = false;
  std::size_t blocks_;
  std::vector<char> bytes_;
  std::vector<places> places_;       // one per line
  std::vector<std::size_t> starts_;  // one per line, and the end
};

}  // namespace logio::bench
