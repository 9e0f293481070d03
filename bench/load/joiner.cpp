#include "joiner.hpp"

#include "chunked.hpp"
#include "latency.hpp"
#include "net.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <poll.h>
#include <sys/socket.h>

namespace logio::bench {

namespace {

constexpr std::uint64_t patience_ns = 5'000'000'000;
constexpr std::size_t read_bytes = 256 * 1024;

/// One reader from its request to its last line.
struct join {
  descriptor socket;
  http_answer answer;
  std::uint64_t asked_ns = 0;
  std::uint64_t first_ns = 0;
  std::uint64_t lines = 0;
};

double percentile(std::vector<double>& all, double part) {
  if (all.empty()) {
    return 0;
  }
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(all.size() - 1));
  std::nth_element(all.begin(), all.begin() + at, all.end());
  return all[static_cast<std::size_t>(at)];
}

/// Reads what is there. False: the reader is through, or the hub closed.
bool read(join& of, std::uint64_t lines, std::vector<char>& buffer) {
  const ssize_t n = ::recv(of.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0) {
    return errno == EAGAIN;
  }
  const auto body = [&](const char* at, std::size_t count) {
    if (of.first_ns == 0 && count > 0) {
      of.first_ns = monotonic_ns();
    }
    of.lines += static_cast<std::uint64_t>(std::count(at, at + count, '\n'));
  };
  return n > 0 && of.answer.feed(buffer.data(), static_cast<std::size_t>(n), body) &&
         of.lines < lines;
}

}  // namespace

joiner::joiner(std::uint16_t port, double rate, std::string query, std::uint64_t lines)
    : port_(port), rate_(rate), query_(std::move(query)), lines_(lines) {
  thread_ = std::thread([this] { run(); });
}

void joiner::stop() {
  stopping_.store(true);
  if (thread_.joinable()) {
    thread_.join();
  }
}

void joiner::run() {
  const std::string request = "GET /?" + query_ + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const auto gap_ns = static_cast<std::uint64_t>(1e9 / rate_);
  std::vector<std::unique_ptr<join>> under_way;
  std::vector<pollfd> polled;
  std::vector<double> first_us;
  std::vector<char> buffer(read_bytes);
  std::uint64_t next_ns = monotonic_ns();
  while (!stopping_.load() || !under_way.empty()) {
    const std::uint64_t now = monotonic_ns();
    if (now >= next_ns && !stopping_.load()) {
      next_ns += gap_ns;
      auto made = std::make_unique<join>();
      made->socket = connect_to(port_);
      made->asked_ns = monotonic_ns();
      if (::send(made->socket.get(), request.data(), request.size(), MSG_NOSIGNAL) > 0) {
        under_way.push_back(std::move(made));
      }
    }
    polled.clear();
    for (const auto& one : under_way) {
      polled.push_back({one->socket.get(), POLLIN, 0});
    }
    ::poll(polled.data(), polled.size(), 1);
    for (std::size_t i = under_way.size(); i-- > 0;) {
      join& one = *under_way[i];
      const bool late = now > one.asked_ns + patience_ns;
      if (!late && (polled[i].revents == 0 || read(one, lines_, buffer))) {
        continue;
      }
      one.lines >= lines_ ? ++found_.joins : ++found_.failed;
      if (one.first_ns != 0) {
        first_us.push_back(static_cast<double>(one.first_ns - one.asked_ns) / 1e3);
      }
      under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  found_.first_p50_us = percentile(first_us, 0.5);
  found_.first_p99_us = percentile(first_us, 0.99);
}

}  // namespace logio::bench
