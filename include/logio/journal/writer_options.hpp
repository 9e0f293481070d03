/// What the journal's writer can be told.
///
/// Thread safety:  values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace logio::journal {

enum class fsync_policy : std::uint8_t {
  never,     ///< durable is what was written: it survives the process
  interval,  ///< durable is what was synced, every fsync_interval: it survives the machine
  always,    ///< the same, after every write
};

/// What becomes of sealed segments; each can be read, whatever is set now.
enum class segment_compression : std::uint8_t { none, zstd };

/// When the oldest segments go: at the first that is passed.
struct retention {
  std::uint64_t bytes_max = std::uint64_t{10} << 30;  ///< of all segments
  std::chrono::nanoseconds age_max = std::chrono::hours(7 * 24);
  std::uint64_t disk_free_min = std::uint64_t{1} << 30;
};

struct writer_options {
  fsync_policy fsync = fsync_policy::interval;
  std::chrono::nanoseconds fsync_interval = std::chrono::seconds(1);
  retention keep;
  std::size_t buffer_bytes = std::size_t{64} << 20;
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
};

constexpr std::string_view to_string(fsync_policy policy) noexcept {
  switch (policy) {
    case fsync_policy::never: return "never";
    case fsync_policy::interval: return "interval";
    case fsync_policy::always: return "always";
  }
  return {};
}

/// `never`, `interval` or `always`.
constexpr std::optional<fsync_policy> parse_fsync_policy(std::string_view word) noexcept {
  if (word == "never") return fsync_policy::never;
  if (word == "interval") return fsync_policy::interval;
  if (word == "always") return fsync_policy::always;
  return std::nullopt;
}

constexpr std::string_view to_string(segment_compression how) noexcept {
  return how == segment_compression::zstd ? "zstd" : "none";
}

/// `none` or `zstd`.
constexpr std::optional<segment_compression> parse_segment_compression(
    std::string_view word) noexcept {
  if (word == "none") return segment_compression::none;
  if (word == "zstd") return segment_compression::zstd;
  return std::nullopt;
}

}  // namespace logio::journal
