#include "small_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "logio/base/quantity.hpp"

namespace logio::config {
namespace {

constexpr std::size_t secret_bytes_max = std::size_t{64} << 10;
constexpr std::size_t pem_bytes_max = std::size_t{4} << 20;

bad_file unreadable() { return {fmt::format("cannot be read: {}", std::strerror(errno))}; }

file_text read_all(int fd, std::size_t bytes_max) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return unreadable();
  if (!S_ISREG(about.st_mode)) return bad_file{"is no regular file"};
  std::string out;
  std::array<char, 4096> room;
  for (;;) {
    const ssize_t n = ::read(fd, room.data(), room.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable();
    if (n == 0) break;
    out.append(room.data(), static_cast<std::size_t>(n));
    if (out.size() > bytes_max) {
      return bad_file{fmt::format("is longer than {}", base::format_size(bytes_max))};
    }
  }
  return file_text(boost::system::in_place_value, std::move(out));
}

}  // namespace

file_text read_small_file(const std::string& path, std::size_t bytes_max) {
  // O_NONBLOCK: opening a pipe without a writer must not wait.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return unreadable();
  auto out = read_all(fd, bytes_max);
  ::close(fd);
  return out;
}

setter set_secret_from_file(std::string& to) {
  return [&to](std::string_view path) -> std::optional<std::string> {
    auto text = read_small_file(std::string(path), secret_bytes_max);
    if (!text) return std::move(text.error().why);
    if (text->ends_with('\n')) text->pop_back();
    if (text->ends_with('\r')) text->pop_back();
    if (text->empty()) return "is empty";
    if (text->find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos) {
      return "holds more than one line";
    }
    to = std::move(*text);
    return std::nullopt;
  };
}

setter set_pem_file(std::string& to, std::string label) {
  return [&to, label = std::move(label)](std::string_view path) -> std::optional<std::string> {
    const auto text = read_small_file(std::string(path), pem_bytes_max);
    if (!text) return text.error().why;
    // `-----BEGIN RSA PRIVATE KEY-----` is a PRIVATE KEY too.
    const auto begin = text->find("-----BEGIN ");
    const auto end = begin == std::string::npos ? begin : text->find(label + "-----", begin);
    if (end == std::string::npos) return fmt::format("holds no {} in PEM", label);
    to = path;
    return std::nullopt;
  };
}

}  // namespace logio::config
