#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "answer_reader.hpp"
#include "commands.hpp"
#include "fail.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/base/json_string.hpp"
#include "logio/net/connect.hpp"
#include "logio/record/time.hpp"

namespace logio::app {
namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr milliseconds connect_timeout{5'000};
constexpr milliseconds greeting_timeout{2'000};
constexpr milliseconds final_ack_timeout{10'000};
constexpr milliseconds write_timeout{60'000};

std::string topic_object(const config::pipe_options& o) {
  std::string out = "{\"app\":";
  base::append_json_string(out, o.app);
  out += ",\"proc\":";
  base::append_json_string(out, o.proc);
  out += ",\"host\":";
  base::append_json_string(out, o.host);
  out += ",\"format\":\"lines\",\"ack\":true}\n";
  return out;
}

/// For a hub that knows JSON only.
std::string as_json(std::string_view line) {
  std::string out = "{\"time\":\"";
  out.resize(out.size() + record::rfc3339_bytes);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  record::write_rfc3339(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(),
                        out.data() + out.size() - record::rfc3339_bytes);
  out += "\",\"raw\":";
  base::append_json_string(out, line);
  out += "}\n";
  return out;
}

class publisher {
 public:
  explicit publisher(net::unique_fd socket) : socket_(std::move(socket)) {}

  int run(const config::pipe_options& options);

 private:
  bool send(std::string_view bytes);
  bool wait_answer(steady::time_point deadline);
  bool read_answers();
  bool publish(std::string_view bytes);
  void pass_on(std::string_view bytes);
  int finish();
  static int fail(const std::string& message) {
    return app::fail("pipe", base::exit_unavailable, message);
  }

  net::unique_fd socket_;
  answer_reader answers_;
  std::string line_;        // unfinished, for a JSON hub
  std::uint64_t lines_ = 0;
  bool open_line_ = false;  // the last byte sent was no line end
  bool speaks_lines_ = false;
  bool passing_on_ = true;
};

bool publisher::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// True when an answer, or the end of the connection, has come by then.
bool publisher::wait_answer(steady::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady::now()).count();
    pollfd wanted{socket_.get(), POLLIN, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(std::max<long>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0;
  }
}

/// False: the hub has closed.
bool publisher::read_answers() {
  std::array<char, 4096> room;
  const ssize_t n = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (n <= 0) return false;
  for (const std::string& error : answers_.feed({room.data(), static_cast<std::size_t>(n)})) {
    std::fprintf(stderr, "logio pipe: the hub says: %s\n", error.c_str());
  }
  return true;
}

bool publisher::publish(std::string_view bytes) {
  lines_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  open_line_ = bytes.back() != '\n';
  if (speaks_lines_) return send(bytes);
  line_ += bytes;
  std::string json;
  std::size_t at = 0;
  for (std::size_t end = 0; (end = line_.find('\n', at)) != std::string::npos; at = end + 1) {
    json += as_json(std::string_view(line_).substr(at, end + 1 - at));
  }
  line_.erase(0, at);
  return send(json);
}

void publisher::pass_on(std::string_view bytes) {
  while (passing_on_ && !bytes.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    passing_on_ = n > 0;  // who reads our output may go; publishing goes on
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

int publisher::run(const config::pipe_options& options) {
  net::set_write_timeout(socket_.get(), write_timeout);
  if (!send(topic_object(options))) return fail("the hub closed the connection");
  const auto deadline = steady::now() + greeting_timeout;
  while (!answers_.greeted() && wait_answer(deadline)) {
    if (!read_answers()) return fail("the hub closed the connection");
  }
  speaks_lines_ = answers_.greeted();

  std::array<char, 65536> room;
  for (;;) {
    pollfd wanted[] = {{STDIN_FILENO, POLLIN, 0}, {socket_.get(), POLLIN, 0}};
    if (::poll(wanted, 2, -1) < 0 && errno == EINTR) continue;
    if (wanted[1].revents != 0 && !read_answers()) {
      return fail(fmt::format("the hub closed the connection: {} of {} lines acknowledged",
                              answers_.acknowledged(), lines_));
    }
    if (wanted[0].revents == 0) continue;
    const ssize_t n = ::read(STDIN_FILENO, room.data(), room.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return fail(fmt::format("cannot read standard input: {}", std::strerror(errno)));
    if (n == 0) return finish();
    const std::string_view bytes(room.data(), static_cast<std::size_t>(n));
    pass_on(bytes);
    if (!publish(bytes)) return fail("the hub does not take any more");
  }
}

int publisher::finish() {
  if (open_line_) ++lines_;
  if (!speaks_lines_ && !line_.empty() && !send(as_json(line_))) {
    return fail("the hub closed the connection");
  }
  ::shutdown(socket_.get(), SHUT_WR);
  const auto deadline = steady::now() + final_ack_timeout;
  bool open = true;
  while (open && wait_answer(deadline)) open = read_answers();
  // A hub that knows JSON only never acknowledges; that it closed is all that can be known.
  if (!speaks_lines_ && !open) return base::exit_ok;
  if (speaks_lines_ && answers_.acknowledged() >= lines_) return base::exit_ok;
  return fail(fmt::format("{} of {} lines acknowledged", answers_.acknowledged(), lines_));
}

}  // namespace

int run_pipe(const config::pipe_options& options) {
  std::string why;
  for (const config::host_port& hub : options.hubs) {
    auto socket = net::connect_to(hub.host, hub.port, connect_timeout);
    if (socket) return publisher(std::move(*socket)).run(options);
    why += (why.empty() ? "" : "; ") + socket.error().message;
  }
  std::fprintf(stderr, "logio pipe: %s\n", why.c_str());
  return base::exit_unavailable;
}

}  // namespace logio::app
