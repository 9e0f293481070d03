#include "logio/base/posix_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace logio::base {
namespace {

error_code last_error() noexcept { return {errno, boost::system::system_category()}; }

error_code checked(int returned) noexcept { return returned == 0 ? error_code() : last_error(); }

template <class Call>
auto again_when_interrupted(Call call) noexcept {
  for (;;) {
    const auto returned = call();
    if (returned >= 0 || errno != EINTR) return returned;
  }
}

file_facts to_facts(const struct stat& about) noexcept {
  file_facts out;
  out.device = about.st_dev;
  out.number = about.st_ino;
  out.bytes = static_cast<std::uint64_t>(about.st_size);
  out.written_ns = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
  out.permissions = about.st_mode & 07777u;
  out.regular = S_ISREG(about.st_mode);
  return out;
}

}  // namespace

posix_file::~posix_file() {
  if (fd_ >= 0) ::close(fd_);
}

result<posix_file> posix_file::open(const std::string& path, mode how) {
  const int flags = how == mode::read        ? O_RDONLY
                    : how == mode::write_new ? O_RDWR | O_CREAT | O_EXCL
                                             : O_RDWR | O_CREAT;
  constexpr mode_t owner_and_group = 0640;
  const int fd = again_when_interrupted(
      [&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, owner_and_group); });
  if (fd < 0) return last_error();
  return posix_file(fd);
}

result<std::size_t> posix_file::read_at(std::uint64_t at,
                                        std::span<std::byte> into) const noexcept {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t n = again_when_interrupted([&] {
      return ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(at + done));
    });
    if (n < 0) return last_error();
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

std::size_t posix_file::write_at(std::uint64_t at, std::span<const std::byte> bytes,
                                 error_code& why) const noexcept {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = again_when_interrupted([&] {
      return ::pwrite(fd_, bytes.data() + done, bytes.size() - done,
                      static_cast<off_t>(at + done));
    });
    if (n <= 0) {
      why = n < 0 ? last_error() : error_code(ENOSPC, boost::system::system_category());
      break;
    }
    done += static_cast<std::size_t>(n);
  }
  return done;
}

error_code posix_file::sync() const noexcept { return checked(::fdatasync(fd_)); }

error_code posix_file::truncate(std::uint64_t size) const noexcept {
  return checked(::ftruncate(fd_, static_cast<off_t>(size)));
}

result<std::uint64_t> posix_file::size() const noexcept {
  struct stat about {};
  if (::fstat(fd_, &about) != 0) return last_error();
  return static_cast<std::uint64_t>(about.st_size);
}

result<file_facts> posix_file::facts() const noexcept {
  struct stat about {};
  if (::fstat(fd_, &about) != 0) return last_error();
  return to_facts(about);
}

error_code posix_file::set_permissions(std::uint32_t permissions) const noexcept {
  return checked(::fchmod(fd_, static_cast<mode_t>(permissions)));
}

bool posix_file::is_at(const std::string& path) const noexcept {
  struct stat mine {}, there {};
  return ::fstat(fd_, &mine) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

error_code posix_file::lock() const noexcept { return checked(::flock(fd_, LOCK_EX | LOCK_NB)); }

bool is_kernels(const error_code& why) noexcept {
  return why.category() == boost::system::system_category();
}

bool is_absence(const error_code& why) noexcept {
  return why == boost::system::errc::no_such_file_or_directory;
}

error_code make_directory(const std::string& path) noexcept {
  constexpr mode_t owner_and_group = 0750;
  if (::mkdir(path.c_str(), owner_and_group) == 0) return {};
  const error_code why = last_error();
  return errno == EEXIST && is_directory(path) ? error_code() : why;
}

bool is_directory(const std::string& path) noexcept {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

bool exists(const std::string& path) noexcept {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0;
}

result<file_facts> facts_of(const std::string& path) noexcept {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) return last_error();
  return to_facts(about);
}

error_code sync_directory(const std::string& path) noexcept {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return last_error();
  const error_code why = checked(::fsync(fd));
  ::close(fd);
  return why;
}

error_code rename_file(const std::string& from, const std::string& to) noexcept {
  return checked(::rename(from.c_str(), to.c_str()));
}

error_code remove_file(const std::string& path) noexcept {
  return checked(::unlink(path.c_str()));
}

result<std::vector<file_entry>> list_files(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), &::closedir);
  if (!open) return last_error();
  std::vector<file_entry> out;
  for (errno = 0; const dirent* entry = ::readdir(open.get()); errno = 0) {
    struct stat about {};
    if (::fstatat(::dirfd(open.get()), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(about.st_mode)) continue;
    out.push_back({entry->d_name, static_cast<std::uint64_t>(about.st_size)});
  }
  if (errno != 0) return last_error();
  std::sort(out.begin(), out.end(),
            [](const file_entry& a, const file_entry& b) { return a.name < b.name; });
  return out;
}

result<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
  auto file = posix_file::open(path, posix_file::mode::read);
  if (!file) return file.error();
  std::string text(bytes_max, '\0');
  const auto n = file->read_at(0, std::as_writable_bytes(std::span(text)));
  if (!n) return n.error();
  text.resize(*n);
  return text;
}

error_code replace_text_file(const std::string& directory, const std::string& name,
                             const std::string& text) {
  const std::string path = directory + '/' + name, fresh = path + ".new";
  {
    auto file = posix_file::open(fresh, posix_file::mode::write_old);
    if (!file) return file.error();
    if (const error_code why = file->truncate(0)) return why;
    error_code why;
    file->write_at(0, std::as_bytes(std::span(text)), why);
    if (why) return why;
    if (why = file->sync(); why) return why;
  }
  if (const error_code why = rename_file(fresh, path)) return why;
  return sync_directory(directory);
}

result<std::uint64_t> free_bytes(const std::string& path) noexcept {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) return last_error();
  return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
}

}  // namespace logio::base
