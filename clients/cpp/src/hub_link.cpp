#include "hub_link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "connect.hpp"
#include "record_writer.hpp"

namespace logio::client {
namespace {

constexpr int refusals_said_max = 10;
constexpr int batches_at_once = 16;  // then answers are looked for
// A line goes at once; those that come so soon after it go together. Otherwise a busy application
// would wake this thread, by a system call, with every line.
constexpr std::chrono::milliseconds lull{1};

std::string fresh_client() {
  constexpr char digits[] = "0123456789abcdef";
  std::random_device random;
  std::string out;
  for (int i = 0; i < 32; ++i) out += digits[random() % 16];
  return out;
}

/// For poll.
int wait_of(std::chrono::steady_clock::duration left) {
  const std::int64_t ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 1 << 30));
}

/// The text of a notice of loss, which has no escapes.
std::string_view loss_text(std::string_view record) {
  constexpr std::string_view key = R"("raw":")";
  record.remove_prefix(record.find(key) + key.size());
  return record.substr(0, record.find('"'));
}

}  // namespace

hub_link::hub_link(line_buffer& buffer)
    : buffer_(buffer),
      chance_(std::random_device()()),
      client_(fresh_client()),
      retry_(buffer.options.first_retry),
      known_(buffer.options.hubs.size()) {}

void hub_link::say(event::what kind, std::string_view text) {
  if (kind == event::what::away && std::exchange(away_said_, true)) return;
  if (kind == event::what::connected || kind == event::what::original) away_said_ = false;
  buffer_.tell({kind, text});
}

bool hub_link::complete() const {
  return buffer_.abandoned() || (buffer_.closing() && flight_.empty() && buffer_.empty());
}

void hub_link::run() {
  const auto& hubs = buffer_.options.hubs;
  const connect_limits limits{buffer_.options.connect_timeout, buffer_.wake_fd(), [this] {
                                buffer_.forget_wake();
                                return buffer_.abandoned();
                              }};
  std::size_t hub = 0;
  while (!complete()) {
    for (std::size_t tried = 0; tried < hubs.size() && !complete(); ++tried) {
      fd_ = connect_to(hubs[hub], limits, why_);
      if (fd_ >= 0) {
        buffer_.use_socket(fd_);
        talk(hub);
        buffer_.use_socket(-1);
        ::close(std::exchange(fd_, -1));
        if (again_) {
          --tried;
          continue;
        }
        if (greeted_ || plain_) break;  // it may be back at once
      }
      hub = (hub + 1) % hubs.size();
    }
    if (complete()) break;
    say(event::what::away, why_);
    wait_before_retry();
  }
}

void hub_link::wait_before_retry() {
  const auto quarter = retry_.count() / 4;
  std::uniform_int_distribution<std::int64_t> off(-quarter, quarter);
  const auto until = steady::now() + retry_ + std::chrono::milliseconds(off(chance_));
  // Who is closing has little time.
  retry_ = buffer_.closing() ? buffer_.options.first_retry
                             : std::min(retry_ * 2, buffer_.options.longest_retry);
  const bool closing = buffer_.closing();
  while (!buffer_.abandoned() && buffer_.closing() == closing) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now()).count();
    if (left <= 0) return;
    pollfd wanted{buffer_.wake_fd(), POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(left)) > 0) buffer_.forget_wake();
  }
}

std::string hub_link::topic() const {
  std::string out = R"({"app":)";
  append_json(out, buffer_.options.app);
  out += R"(,"proc":)";
  append_json(out, buffer_.options.proc);
  out += R"(,"host":)";
  append_json(out, buffer_.options.host);
  out += R"(,"ack":true,"client":)";
  append_json(out, client_);
  return out + R"(,"sequence":)" + std::to_string(acked_ + 1) + "}\n";
}

void hub_link::talk(std::size_t hub) {
  out_ = {};
  sending_ = flight_.size();
  forget_settled();
  topic_ = topic();
  out_ = topic_;
  sending_ = 0;
  skip_ = flight_.empty() ? 0 : flight_.front().settled;
  greeted_ = plain_ = half_closed_ = error_said_ = again_ = false;
  // After one that was silent: whether it has what that was sent is known by its greeting.
  held_back_ = plain_to_ > acked_;
  answers_ = {};
  why_ = name_of(buffer_.options.hubs[hub]) + ": the hub closed the connection";
  silent_until_ = steady::now() + buffer_.options.greeting_timeout;
  while (!buffer_.abandoned() && write_some() == step::go_on && finish_sending() == step::go_on &&
         wait(hub) == step::go_on) {
  }
  if (plain_) note_plain();
}

/// Makes out_ the bytes to be written next; false: there are none.
bool hub_link::next_bytes() {
  if (!out_.empty()) return true;
  if (held_back_) return false;
  forget_settled();
  if (sending_ == flight_.size()) {
    const bool waits = steady::now() < lull_until_;
    auto fresh = buffer_.take(waits);
    while (!fresh && !waits && plain_ && sending_ > 0 && !buffer_.empty()) {
      release_plain(flight_.front().first + flight_.front().numbers - 1);
      fresh = buffer_.take(false);
    }
    if (!fresh) return false;
    lull_until_ = steady::now() + lull;
    if (fresh->records == 0) say(event::what::dropped, loss_text(fresh->bytes));
    fresh->first = next_number_;
    next_number_ += fresh->numbers;
    flight_.push_back(std::move(*fresh));
  }
  const batch& b = flight_[sending_++];
  out_ = b.bytes;
  for (; skip_ > 0; --skip_) out_.remove_prefix(out_.find('\n') + 1);
  return true;
}

hub_link::step hub_link::write_some() {
  for (int i = 0; i < batches_at_once && next_bytes(); ++i) {
    const ssize_t n = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return step::go_on;
    if (n < 0) {
      // It may have said why before it closed; that it is closed is read behind that.
      ::shutdown(fd_, SHUT_WR);
      half_closed_ = error_said_ = true;
      return step::go_on;
    }
    out_.remove_prefix(static_cast<std::size_t>(n));
  }
  return step::go_on;
}

hub_link::step hub_link::finish_sending() {
  // Before it is known what kind of hub this is, its end is not to be taken for an original one's:
  // it may have been killed.
  if ((!greeted_ && !plain_) || !buffer_.closing() || !out_.empty() ||
      sending_ != flight_.size() || !buffer_.empty()) {
    return step::go_on;
  }
  if (!half_closed_) ::shutdown(fd_, SHUT_WR);
  half_closed_ = true;
  return greeted_ && flight_.empty() ? step::over : step::go_on;
}

hub_link::step hub_link::wait(std::size_t hub) {
  int timeout = buffer_.wake_fd() < 0 ? 100 : -1;  // no descriptor was left
  if (!greeted_ && !plain_ && silent_until_ != steady::time_point::max()) {
    const auto left = silent_until_ - steady::now();
    if (left.count() <= 0) return on_silence(hub);
    timeout = wait_of(left);
  }
  const bool more = !held_back_ && sending_ != flight_.size();
  const bool writes = !half_closed_ && (!out_.empty() || more);
  pollfd wanted[] = {{fd_, static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0},
                     {buffer_.wake_fd(), POLLIN, 0}};
  // After many batches in a row more may wait in the buffer, which then does not wake.
  if (!half_closed_ && out_.empty() && sending_ == flight_.size()) {
    const int left = wait_of(lull_until_ - steady::now());
    if (next_bytes()) {
      timeout = 0;
    } else if (left > 0 && (timeout < 0 || left < timeout)) {
      timeout = left;
    }
  }
  if (::poll(wanted, 2, timeout) < 0 && errno != EINTR) return step::over;
  if (wanted[1].revents != 0) buffer_.forget_wake();
  return (wanted[0].revents & ~POLLOUT) != 0 ? read_some(hub) : step::go_on;
}

/// No greeting came in time.
hub_link::step hub_link::on_silence(std::size_t hub) {
  silent_until_ = steady::time_point::max();
  if (held_back_ && !known_[hub]) {
    // The second in a row: an original hub, which must not be sent anything twice.
    release_plain(plain_to_);
    again_ = true;
    return step::over;
  }
  if (!known_[hub]) {
    plain_ = true;
    retry_ = buffer_.options.first_retry;
    say(event::what::original, name_of(buffer_.options.hubs[hub]));
    return step::go_on;
  }
  why_ = name_of(buffer_.options.hubs[hub]) + ": the hub does not answer";
  say(event::what::away, why_);
  return known_.size() > 1 ? step::over : step::go_on;
}

hub_link::step hub_link::read_some(std::size_t hub) {
  std::array<char, 16 * 1024> room;
  const ssize_t n = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return step::go_on;
  if (n <= 0) {
    if (n < 0) {
      why_ = name_of(buffer_.options.hubs[hub]) + ": " + std::generic_category().message(errno);
    }
    // An original hub closes when it has read all: there will never be a better answer.
    const bool took_all = n == 0 && half_closed_ && plain_ && !error_said_;
    if (took_all) release_plain(next_number_ - 1);
    plain_ = plain_ && !took_all;
    return step::over;
  }
  std::string_view bytes(room.data(), static_cast<std::size_t>(n));
  while (auto a = answers_.next(bytes)) take_answer(*a, hub);
  return step::go_on;
}

void hub_link::take_answer(const answer& a, std::size_t hub) {
  if (a.kind == answer::what::error) return refuse(a);
  if (a.kind == answer::what::greeting) {
    greeted_ = known_[hub] = true;
    plain_ = held_back_ = false;
    plain_to_ = 0;
    retry_ = buffer_.options.first_retry;
    say(event::what::connected, name_of(buffer_.options.hubs[hub]));
  }
  if (greeted_) settle(*a.number);
}

void hub_link::refuse(const answer& a) {
  if (!a.number) {
    error_said_ = true;
    why_ = "the hub says: " + a.text;
  } else if (*a.number <= refused_to_ || *a.number < acked_) {
    return;  // it was sent again, and refused again
  } else {
    refused_to_ = *a.number;
    const auto of = std::find_if(flight_.begin(), flight_.end(), [&](const batch& b) {
      return b.first <= *a.number && *a.number < b.first + b.numbers;
    });
    if (of != flight_.end() && of->records != 0) buffer_.refuse();
  }
  if (refusals_said_ < refusals_said_max) {
    ++refusals_said_;
    say(event::what::refused, a.text);
  }
}

/// All up to `number` is in the hub's hands.
void hub_link::settle(std::uint64_t number) {
  number = std::min(number, next_number_ - 1);
  acked_ = std::max(acked_, number);
  for (batch& b : flight_) {
    if (b.first > number) break;
    const std::uint64_t before = b.settled;
    b.settled = std::max(before, std::min(number - b.first + 1, b.numbers));
    if (b.records != 0) buffer_.acknowledge(b.settled - before);
  }
  forget_settled();
}

/// The hub counts from the topic's sequence on, so all that follows it is sent, also what the
/// greeting says that the hub has from a connection before: it skips that.
void hub_link::forget_settled() {
  while (sending_ > 0 && flight_.front().settled == flight_.front().numbers) {
    if (sending_ == 1 && !out_.empty()) return;
    buffer_.release(flight_.front());
    flight_.pop_front();
    --sending_;
  }
}

/// Remembers up to where a hub that acknowledges nothing was written whole records.
void hub_link::note_plain() {
  if (sending_ == 0) return;
  const batch& last = flight_[sending_ - 1];
  const std::string_view sent(last.bytes.data(), last.bytes.size() - out_.size());
  const auto lines = static_cast<std::uint64_t>(std::count(sent.begin(), sent.end(), '\n'));
  plain_to_ = last.first + lines - 1;
}

/// What an original hub was sent, up to `number`, is out of our hands.
void hub_link::release_plain(std::uint64_t number) {
  acked_ = std::max(acked_, number);
  for (batch& b : flight_) {
    if (b.first > number) break;
    const std::uint64_t before = b.settled;
    b.settled = std::max(before, std::min(number - b.first + 1, b.numbers));
    if (b.records != 0) buffer_.sent_plain(b.settled - before);
  }
  forget_settled();
}

}  // namespace logio::client
