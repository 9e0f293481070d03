/// CRC-32C (Castagnoli), the checksum of the journal's frames.
///
/// Computed by the processor's own instruction where it has one, by tables elsewhere.
///
/// Thread safety:  any thread.
/// Source:         RFC 3720, appendix B.4 (polynomial 0x1edc6f41, reflected; its test values).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace logio::base {

/// The checksum of what was summed up in `before` (0: nothing yet) with `bytes` behind it.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept;

/// The same by tables, whatever the processor has: for tests.
std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes,
                               std::uint32_t before = 0) noexcept;

}  // namespace logio::base
