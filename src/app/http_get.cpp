#include "http_get.hpp"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "logio/net/connect.hpp"

namespace logio::app {
namespace {

constexpr std::size_t head_bytes_max = 64 * 1024;
constexpr std::size_t read_bytes = 64 * 1024;

std::string error_text(int error) {
  return error == EAGAIN ? "it does not answer" : std::strerror(error);
}

/// Bytes that came, "" at the end of the stream, or errno.
struct received {
  std::string bytes;
  int error = 0;
};

received receive(int fd) {
  received out;
  out.bytes.resize(read_bytes);
  ssize_t n = 0;
  do {
    n = ::recv(fd, out.bytes.data(), out.bytes.size(), 0);
  } while (n < 0 && errno == EINTR);
  if (n < 0) out.error = errno;
  out.bytes.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return out;
}

}  // namespace

http_get::opened http_get::open(const config::host_port& hub, const std::string& target,
                                std::chrono::milliseconds timeout) {
  auto socket = net::connect_to(hub.host, hub.port, timeout);
  if (!socket) return http_failure{socket.error().message};
  http_get out(std::move(*socket));
  net::set_read_timeout(out.native_handle(), timeout);
  net::set_write_timeout(out.native_handle(), timeout);
  const std::string where = to_string(hub);
  const std::string request = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: logio\r\nAccept: text/plain\r\n\r\n", target,
      where);
  if (::send(out.native_handle(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return http_failure{fmt::format("cannot ask {}: {}", where, error_text(errno))};
  }
  if (auto failure = out.read_head(where)) return std::move(*failure);
  return out;
}

std::optional<http_failure> http_get::read_head(const std::string& where) {
  std::string head;
  std::size_t end = 0;
  while ((end = head.find("\r\n\r\n")) == std::string::npos) {
    const received more = receive(socket_.get());
    if (more.bytes.empty() || head.size() > head_bytes_max) {
      return http_failure{fmt::format("no answer from {}: {}", where,
                                      more.error != 0 ? error_text(more.error)
                                                      : "it closed the connection")};
    }
    head += more.bytes;
  }
  buffered_ = head.substr(end + 4);
  head.resize(end + 2);
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const char* const digits = head.data() + std::min(head.find(' ') + 1, head.size());
  std::from_chars(digits, head.data() + head.size(), status_);
  if (!head.starts_with("http/1.") || status_ < 100) {
    return http_failure{fmt::format("{} does not speak HTTP", where)};
  }
  head_ = std::move(head);
  chunked_ = header("transfer-encoding") == "chunked";
  return std::nullopt;
}

std::string http_get::header(std::string_view name) const {
  const std::string line = fmt::format("\r\n{}: ", name);
  const std::size_t at = head_.find(line);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + line.size();
  return head_.substr(begin, head_.find('\r', begin) - begin);
}

boost::system::result<std::string, http_failure> http_get::read(
    std::optional<std::chrono::milliseconds> timeout) {
  std::string body;
  net::set_read_timeout(native_handle(), timeout.value_or(std::chrono::milliseconds(0)));
  while (body.empty()) {
    if (chunked_ && chunks_.finished()) break;
    std::string raw = std::exchange(buffered_, {});
    if (raw.empty()) {
      received more = receive(native_handle());
      if (more.error != 0) {
        return http_failure{fmt::format("the connection broke: {}", error_text(more.error))};
      }
      if (more.bytes.empty()) break;
      raw = std::move(more.bytes);
    }
    if (!chunked_) {
      body = std::move(raw);
    } else if (!chunks_.feed(raw, body)) {
      return http_failure{"the answer is no HTTP body"};
    }
  }
  return boost::system::result<std::string, http_failure>(boost::system::in_place_value, body);
}

}  // namespace logio::app
