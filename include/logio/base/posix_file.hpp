/// Files and directories: the one place that talks to the kernel about them.
///
/// Ownership:      posix_file owns its descriptor.
/// Thread safety:  distinct objects; read_at() on one object from any thread.
/// Errors:         the kernel's, unchanged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "logio/base/result.hpp"

namespace logio::base {

/// What tells a file, and whether it was written to since.
struct file_facts {
  std::uint64_t device = 0;
  std::uint64_t number = 0;  ///< its inode
  std::uint64_t bytes = 0;
  std::int64_t written_ns = 0;    ///< since 1970
  std::uint32_t permissions = 0;  ///< as chmod(2) takes them
  bool regular = false;           ///< neither folder nor device nor link
  bool operator==(const file_facts&) const = default;
};

class posix_file {
 public:
  enum class mode { read, write_new, write_old };

  posix_file() = default;
  posix_file(posix_file&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  posix_file& operator=(posix_file&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~posix_file();

  /// `write_new`: it must not exist yet.
  static result<posix_file> open(const std::string& path, mode how);

  bool is_open() const noexcept { return fd_ >= 0; }

  /// Bytes read from `at` on; fewer than asked for at the end of the file only.
  result<std::size_t> read_at(std::uint64_t at, std::span<std::byte> into) const noexcept;
  /// Bytes written at `at`, fewer than given when the error came in between: then it is in `why`.
  std::size_t write_at(std::uint64_t at, std::span<const std::byte> bytes,
                       error_code& why) const noexcept;
  error_code sync() const noexcept;  ///< data and size
  error_code truncate(std::uint64_t size) const noexcept;
  result<std::uint64_t> size() const noexcept;
  result<file_facts> facts() const noexcept;
  error_code set_permissions(std::uint32_t permissions) const noexcept;
  /// Whether this is still the file that has that path.
  bool is_at(const std::string& path) const noexcept;

  /// Takes the lock that no other process can take while this file is open. operation_would_block:
  /// another has it.
  error_code lock() const noexcept;

 private:
  explicit posix_file(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

struct file_entry {
  std::string name;
  std::uint64_t bytes = 0;
};

/// Whether the kernel said it, and not who read what was in the file.
bool is_kernels(const error_code& why) noexcept;
/// Whether it says that there is no such file.
bool is_absence(const error_code& why) noexcept;

error_code make_directory(const std::string& path) noexcept;  ///< one that is there is no error
bool is_directory(const std::string& path) noexcept;
bool exists(const std::string& path) noexcept;
result<file_facts> facts_of(const std::string& path) noexcept;
error_code sync_directory(const std::string& path) noexcept;
error_code rename_file(const std::string& from, const std::string& to) noexcept;
error_code remove_file(const std::string& path) noexcept;
/// Regular files, by name.
result<std::vector<file_entry>> list_files(const std::string& directory);
result<std::string> read_text_file(const std::string& path, std::size_t bytes_max);
/// Writes beside it, syncs, renames into its place, syncs the directory.
error_code replace_text_file(const std::string& directory, const std::string& name,
                             const std::string& text);

/// What is free for us in the file system that `path` is in.
result<std::uint64_t> free_bytes(const std::string& path) noexcept;

}  // namespace logio::base
