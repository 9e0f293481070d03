#include "run_pump.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace logio::app {
namespace {

constexpr std::size_t room_bytes = 65'536;
constexpr int terminal_reads_max = 64;  // of 4 KiB each: more than the kernel holds for one

void raise_event(int fd) {
  const std::uint64_t one = 1;
  while (::write(fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

}  // namespace

run_pump::run_pump(stream from, int changed, publishing& to_hub)
    : stream_(std::move(from)),
      finish_(::eventfd(0, EFD_CLOEXEC)),
      settle_(::eventfd(0, EFD_CLOEXEC)),
      changed_(changed),
      to_hub_(to_hub),
      lines_(line_splitter(client::text_bytes_max)) {
  if (!finish_ || !settle_) throw std::system_error(errno, std::generic_category(), "eventfd");
  if (stream_.from_terminal) lines_ = screen_lines(client::text_bytes_max);
  thread_ = std::thread([this] { run(); });
}

run_pump::~run_pump() { thread_.join(); }

/// Publishes lines that were read now.
auto run_pump::adder() {
  return [this, now_ns = publishing::now_ns()](std::string_view text, std::uint64_t left_out) {
    to_hub_.add(
        {.text = text, .time_ns = now_ns, .fields = stream_.fields, .left_out_bytes = left_out});
  };
}

void run_pump::finish() { raise_event(finish_.get()); }

void run_pump::settle(std::chrono::milliseconds most) {
  if (done_) return;
  while (settled_.try_acquire()) {
  }
  raise_event(settle_.get());
  (void)settled_.try_acquire_for(most);
}

void run_pump::run() {
  for (bool open = true; open;) {
    pollfd wanted[] = {{stream_.from.get(), POLLIN, 0},
                       {finish_.get(), POLLIN, 0},
                       {settle_.get(), POLLIN, 0}};
    if (::poll(wanted, 3, -1) < 0) continue;  // EINTR
    if (wanted[1].revents != 0) {
      read_rest();
      break;
    }
    if (wanted[2].revents != 0) {
      std::uint64_t ignored = 0;
      [[maybe_unused]] const ssize_t n = ::read(settle_.get(), &ignored, sizeof ignored);
      read_rest();
      settled_.release();
      continue;
    }
    open = take(room_bytes);
  }
  std::visit([this](auto& lines) { lines.finish(adder()); }, lines_);
  stream_.from.reset();
  done_ = true;
  raise_event(changed_);
}

/// What is there now, even if a process goes on to write.
void run_pump::read_rest() {
  const int from = stream_.from.get();
  if (stream_.from_terminal) {
    // FIONREAD does not see all of it.
    pollfd there{from, POLLIN, 0};
    for (int i = 0; i < terminal_reads_max && ::poll(&there, 1, 0) == 1 && take(room_bytes); ++i) {
    }
    return;
  }
  int left = 0;
  if (::ioctl(from, FIONREAD, &left) != 0) return;
  while (left > 0) {
    const std::size_t part = std::min(static_cast<std::size_t>(left), room_bytes);
    if (!take(part)) return;
    left -= static_cast<int>(part);
  }
}

/// False: nothing more comes, or nobody takes it.
bool run_pump::take(std::size_t bytes_max) {
  std::array<char, room_bytes> room;
  const ssize_t n = ::read(stream_.from.get(), room.data(), bytes_max);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (n <= 0) return false;
  const std::string_view bytes(room.data(), static_cast<std::size_t>(n));
  // First, as it never waits, and the output may.
  std::visit([&](auto& lines) { lines.feed(bytes, adder()); }, lines_);
  return pass_on(bytes);
}

bool run_pump::pass_on(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::write(stream_.to, bytes.data(), bytes.size());
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno == EAGAIN) {
      pollfd wanted{stream_.to, POLLOUT, 0};  // somebody shares it and has made it non-blocking
      ::poll(&wanted, 1, -1);
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    return false;
  }
  return true;
}

}  // namespace logio::app
