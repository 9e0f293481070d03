#include "http_stream.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace logio::client {
namespace {

constexpr std::size_t head_bytes_max = 64 * 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto from = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(from);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const char* const end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && behind == end;
}

}  // namespace

void http_stream::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

http_stream::result http_stream::fail(std::string& why, const std::string& what) const {
  why = name_ + ": " + what;
  return result::failed;
}

std::string http_stream::header(const std::string& name) const {
  const auto found = headers_.find(name);
  return found == headers_.end() ? std::string() : found->second;
}

http_stream::result http_stream::open(const hub_location& hub, const std::string& target,
                                      std::chrono::milliseconds timeout, std::string& why) {
  close();
  name_ = name_of(hub.at);
  fd_ = connect_to(hub.at, limits_, why);
  if (fd_ < 0) return limits_.given_up() ? result::given_up : result::failed;
  std::string request = "GET " + hub.path + target + " HTTP/1.1\r\nHost: " + name_ +
                        "\r\nAccept: application/x-ndjson\r\nUser-Agent: logio-client\r\n";
  if (!hub.authorization.empty()) request += "Authorization: " + hub.authorization + "\r\n";
  const auto until = steady::now() + timeout;
  result how = send(request + "\r\n", until, why);
  std::string head;
  std::size_t end = std::string::npos;
  while (how == result::ok && end == std::string::npos) {
    const std::size_t from = head.size() < 3 ? 0 : head.size() - 3;
    how = receive(head, until, why);
    end = head.find("\r\n\r\n", from);
    if (head.size() > head_bytes_max) how = fail(why, "the answer's head has no end");
  }
  if (how == result::end) return fail(why, "the connection was closed before an answer");
  if (how != result::ok) return how;
  ahead_ = head.substr(end + 4);
  if (!read_head(std::string_view(head).substr(0, end + 2))) {
    return fail(why, "the answer is none of HTTP");
  }
  return result::ok;
}

/// Each line of `head` has its end.
bool http_stream::read_head(std::string_view head) {
  headers_.clear();
  const auto take_line = [&head] {
    const auto end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    return line;
  };
  const std::string_view first = take_line();
  if (!first.starts_with("HTTP/1.") || first.size() < 12 ||
      !read_number(first.substr(9, 3), status_)) {
    return false;
  }
  while (!head.empty()) {
    const std::string_view line = take_line();
    const auto colon = line.find(':');
    if (colon == line.npos) return false;
    headers_.emplace(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
  length_ = length::until_closed;
  chunks_ = {};
  if (lower(header("transfer-encoding")) == "chunked") {
    length_ = length::chunked;
  } else if (const std::string size = header("content-length"); !size.empty()) {
    length_ = length::counted;
    return read_number(size, left_);
  }
  return true;
}

http_stream::result http_stream::read(std::string& out, std::chrono::milliseconds timeout,
                                      std::string& why) {
  const auto until = steady::now() + timeout;
  const std::size_t before = out.size();
  for (;;) {
    std::string bytes = std::exchange(ahead_, {});
    if (bytes.empty() && !(length_ == length::counted && left_ == 0)) {
      const result how = receive(bytes, until, why);
      if (how == result::end && length_ != length::until_closed) {
        return fail(why, "the connection was closed within the answer");
      }
      if (how != result::ok) return how;
    }
    const result how = take_body(bytes, out, why);
    if (out.size() != before || how == result::failed) return how == result::end ? result::ok : how;
    if (how == result::end) return how;
  }
}

/// end: there is nothing behind it, also if something was appended.
http_stream::result http_stream::take_body(std::string_view bytes, std::string& out,
                                           std::string& why) {
  if (length_ == length::chunked) {
    const auto state = chunks_.take(bytes, out);
    if (state == chunked_body::state::bad) return fail(why, "the answer's chunks are broken");
    if (state == chunked_body::state::more) return result::ok;
    length_ = length::counted;  // the next read() finds that it is over
    left_ = 0;
    return result::end;
  }
  if (length_ == length::counted) {
    bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    left_ -= bytes.size();
  }
  out += bytes;
  return length_ == length::counted && left_ == 0 ? result::end : result::ok;
}

http_stream::result http_stream::wait(short events, steady::time_point until, std::string& why) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now()).count();
    if (left <= 0) return fail(why, "nothing has come for too long, not even a heartbeat");
    pollfd wanted[] = {{fd_, events, 0}, {limits_.wake_fd, POLLIN, 0}};
    if (::poll(wanted, 2, static_cast<int>(std::min<std::int64_t>(left, 1 << 30))) < 0 &&
        errno != EINTR) {
      return fail(why, std::generic_category().message(errno));
    }
    if (wanted[1].revents != 0 && limits_.given_up()) return result::given_up;
    if (wanted[0].revents != 0) return result::ok;
  }
}

http_stream::result http_stream::send(std::string_view bytes, steady::time_point until,
                                      std::string& why) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
      return fail(why, std::generic_category().message(errno));
    }
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    if (n >= 0) continue;
    const result how = wait(POLLOUT, until, why);
    if (how != result::ok) return how;
  }
  return result::ok;
}

http_stream::result http_stream::receive(std::string& out, steady::time_point until,
                                         std::string& why) {
  std::array<char, 64 * 1024> room;
  for (;;) {
    const result how = wait(POLLIN, until, why);
    if (how != result::ok) return how;
    const ssize_t n = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n < 0) return fail(why, std::generic_category().message(errno));
    if (n == 0) return result::end;
    out.append(room.data(), static_cast<std::size_t>(n));
    return result::ok;
  }
}

}  // namespace logio::client
