#include "ship_stream_input.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "logio/base/clock.hpp"

namespace logio::app {
namespace {

using status = wire::body_decoder::status;

constexpr std::size_t read_bytes = std::size_t{64} << 10;

wire::body_decoder::options decoding(wire::body_format format, const record::topic& topic) {
  wire::body_decoder::options out;
  out.format = format;
  out.topic = topic;
  return out;
}

}  // namespace

ship_stream_input::ship_stream_input(ship_source& to, filter::filter wanted, int fd,
                                     wire::body_format format, const record::topic& topic)
    : ship_input(to, std::move(wanted)),
      fd_(fd),
      decoder_(decoding(format, topic)),
      batch_(read_bytes) {
  struct stat of {};
  if (::fstat(fd_, &of) == 0 && S_ISREG(of.st_mode)) {
    const off_t at = ::lseek(fd_, 0, SEEK_CUR);
    told_.bytes_total = static_cast<std::uint64_t>(of.st_size - (at > 0 ? at : 0));
  }
}

/// Hands on what there is while it waits. False: it is to end.
bool ship_stream_input::wait_readable() {
  pollfd wanted{fd_, POLLIN, 0};
  if (::poll(&wanted, 1, 0) > 0) return true;
  if (!hand_on()) return false;
  while (!to_.is_stopped()) {
    if (::poll(&wanted, 1, static_cast<int>(look_interval.count())) > 0) return true;
  }
  return false;
}

void ship_stream_input::read() {
  std::array<char, read_bytes> room;
  while (wait_readable()) {
    const ssize_t n = ::read(fd_, room.data(), room.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return fail(fmt::format("cannot read standard input: {}", std::strerror(errno)));
    arrival_ns_ = base::unix_now_ns();
    decoder_.set_arrival(arrival_ns_);
    if (n == 0) {
      status said;
      do {
        said = decoder_.finish(batch_);
        if (!take(said)) return;
      } while (said == status::topic_ready || said == status::batch_full);
      return;
    }
    told_.bytes.fetch_add(static_cast<std::uint64_t>(n), std::memory_order_relaxed);
    if (!decode({room.data(), static_cast<std::size_t>(n)})) return;
  }
}

bool ship_stream_input::decode(std::string_view in) {
  for (;;) {
    const auto [consumed, said] = decoder_.feed(in, batch_);
    in.remove_prefix(consumed);
    if (!take(said)) return false;
    if (said == status::need_more) return true;
  }
}

/// What was decoded so far. False: it is to end.
bool ship_stream_input::take(status said) {
  for (const record::view r : batch_.view()) writer_.add(r, topic_, arrival_ns_, {});
  batch_.clear();
  if (said == status::topic_ready) topic_ = decoder_.topic();
  for (const wire::refusal& r : decoder_.refusals()) {
    refuse(fmt::format("line {} of standard input: {}: {}", r.record, wire::code(r.error),
                       r.message));
  }
  decoder_.clear_refusals();
  return hand_on_full();
}

}  // namespace logio::app
