/// One file, compressed as a whole into a new one beside it.
///
///     NAME ─► .NAME.gz.part, synced ─► (file_compressor) NAME.gz, or NAME.1.gz where that is taken
///
/// Thread safety:  free functions; compress_file() blocks for as long as the file is long.
/// Errors:         the kernel's.
/// Limits:         512 KiB of buffers and the library's state, whatever the file's size.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "logio/base/posix_file.hpp"
#include "logio/base/result.hpp"

namespace logio::sink {

enum class packing : std::uint8_t { gzip, zstd };

std::string_view suffix_of(packing how) noexcept;  ///< `.gz`, `.zst`

/// The first of PATH.gz, PATH.1.gz, PATH.2.gz … that nothing has.
std::string free_packed_name(const std::string& path, packing how);

/// Where `packed` grows until it is whole.
std::string part_name(const std::string& packed);

/// The folder that `path` lies in.
std::string folder_of(const std::string& path);

/// Room that it leaves to whoever writes to the same file system.
inline constexpr std::uint64_t free_bytes_kept = std::uint64_t{4} << 20;

/// All of `from` is in the new file `to`, compressed, synced, with the permissions of `from`.
/// operation_canceled: `stop` became true; no_space_on_device also when fewer than free_bytes_kept
/// would be left. After an error `to` may be there, and is of no use.
error_code compress_file(const base::posix_file& from, const base::file_facts& facts,
                         const std::string& to, packing how, const std::atomic<bool>& stop);

}  // namespace logio::sink
