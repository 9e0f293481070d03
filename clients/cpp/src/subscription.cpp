#include "logio/client/subscription.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <string_view>
#include <utility>

#include "http_stream.hpp"
#include "percent.hpp"
#include "stream_lines.hpp"

namespace logio::client {
namespace {

constexpr std::size_t stream_line_bytes_max = std::size_t{128} << 20;
constexpr std::size_t refusal_body_bytes_max = 16 * 1024;

/// May be right another time.
bool is_passing(int status) noexcept { return status == 429 || status >= 500; }

}  // namespace

class subscription::reader {
 public:
  explicit reader(subscription_options options);
  ~reader();
  reader(const reader&) = delete;

  std::optional<stream_item> next();
  void stop() noexcept;
  const std::string& error() const noexcept { return error_; }
  const std::string& cursor() const noexcept { return cursor_; }

 private:
  using result = http_stream::result;
  using steady = std::chrono::steady_clock;

  std::string target() const;
  void open();
  void refuse();
  void read_more();
  void lose_connection();
  std::optional<std::string_view> take_line();
  std::optional<stream_item> take_item(std::string_view line);
  void end(std::string error) {
    over_ = true;
    error_ = std::move(error);
    stream_.close();
  }

  const subscription_options options_;
  std::atomic<bool> stopped_ = false;
  int wake_fd_;  // readable since stop()
  http_stream stream_;
  std::optional<hub_location> hub_;
  bool over_ = false;
  std::string error_, why_;
  std::string cursor_;
  std::string buffer_;
  std::size_t at_ = 0, searched_ = 0;  // of buffer_: where its next line begins; has no line end
  std::chrono::milliseconds retry_;
  std::minstd_rand chance_{std::random_device()()};
};

subscription::reader::reader(subscription_options options)
    : options_(std::move(options)),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      stream_({options_.connect_timeout, wake_fd_, [this] { return stopped_.load(); }}),
      cursor_(options_.after),
      retry_(options_.first_retry) {
  std::string why;
  hub_ = read_hub_location(options_.hub, why);
  if (!hub_) {
    end(std::move(why));
  } else if (!options_.after.empty() && (options_.tail || !options_.since.empty())) {
    end("after does not go together with tail and since; leave one of them out");
  } else if (wake_fd_ < 0) {
    end("no descriptor is left for this process; close some, or raise ulimit -n");
  }
}

subscription::reader::~reader() {
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

void subscription::reader::stop() noexcept {
  stopped_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
}

std::optional<stream_item> subscription::reader::next() {
  while (!over_ && !stopped_) {
    if (const auto line = take_line()) {
      if (auto item = take_item(*line)) return item;
    } else if (stream_.is_open()) {
      read_more();
    } else {
      open();
    }
  }
  return std::nullopt;
}

std::string subscription::reader::target() const {
  std::string out = "/?format=ndjson&heartbeat=15s";
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (!value.empty()) out += '&' + std::string(name) + '=' + percent_encoded(value);
  };
  const auto add_each = [&](std::string_view name, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(name, value);
  };
  add_each("app", options_.app);
  add_each("proc", options_.proc);
  add_each("host", options_.host);
  add_each("log", options_.log);
  add_each("exclude", options_.exclude);
  add("severity", options_.severity);
  add("until", options_.until);
  if (!options_.follow) add("follow", "false");
  if (!cursor_.empty()) {
    add("after", cursor_);
    return out;
  }
  add("since", options_.since);
  if (options_.tail) add("tail", std::to_string(*options_.tail));
  return out;
}

void subscription::reader::open() {
  const result how = stream_.open(*hub_, target(), options_.answer_timeout, why_);
  if (how == result::given_up) return stream_.close();
  if (how != result::ok || is_passing(stream_.status())) return lose_connection();
  if (stream_.status() != 200) return refuse();
  const std::string start = stream_.header("logio-cursor");
  if (start.empty()) {
    return end(name_of(hub_->at) + ": it answers, but not as a hub does; the hub's http port is "
               "wanted, 7702 unless it was set");
  }
  if (cursor_.empty()) cursor_ = start;
}

void subscription::reader::refuse() {
  const auto until = steady::now() + options_.answer_timeout;
  std::string body;
  while (body.size() < refusal_body_bytes_max) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now());
    if (stream_.read(body, left, why_) != result::ok) break;
  }
  end(name_of(hub_->at) + ": " + std::to_string(stream_.status()) + ": " + refusal_of(body));
}

void subscription::reader::read_more() {
  buffer_.erase(0, at_);
  searched_ -= std::exchange(at_, 0);
  const result how = stream_.read(buffer_, options_.silence_max, why_);
  if (how == result::ok) {
    retry_ = options_.first_retry;
    // A hub that says nothing else for so long is broken, and so may be the next connection.
    if (buffer_.size() > stream_line_bytes_max) end(name_of(hub_->at) + ": a line has no end");
  } else if (how == result::end && (!options_.follow || !options_.until.empty())) {
    end({});
  } else if (how != result::given_up) {
    lose_connection();
  }
}

/// Forgets the part of a line that came, and waits before the next connection.
void subscription::reader::lose_connection() {
  stream_.close();
  buffer_.clear();
  at_ = searched_ = 0;
  const auto quarter = retry_.count() / 4;
  std::uniform_int_distribution<std::int64_t> off(-quarter, quarter);
  const auto until = steady::now() + retry_ + std::chrono::milliseconds(off(chance_));
  retry_ = std::min(retry_ * 2, options_.longest_retry);
  while (!stopped_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now()).count();
    if (left <= 0) return;
    pollfd wanted{wake_fd_, POLLIN, 0};
    ::poll(&wanted, 1, static_cast<int>(left));
  }
}

std::optional<std::string_view> subscription::reader::take_line() {
  const auto end = buffer_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    return std::nullopt;
  }
  const std::string_view line = std::string_view(buffer_).substr(at_, end - at_);
  at_ = searched_ = end + 1;
  return line;
}

/// Nothing: it means nothing, or the stream is over.
std::optional<stream_item> subscription::reader::take_item(std::string_view line) {
  if (line.empty()) return std::nullopt;  // a heartbeat
  auto what = read_stream_line(line);
  if (auto* const record = std::get_if<received_record>(&what)) {
    cursor_ = record->cursor;
    return std::move(*record);
  }
  if (auto* const notice = std::get_if<loss>(&what)) return std::move(*notice);
  if (std::holds_alternative<no_object>(what)) {
    end(name_of(hub_->at) + ": it sends what is no JSON object; is a proxy between us?");
  }
  return std::nullopt;
}

subscription::subscription(subscription_options options)
    : reader_(std::make_unique<reader>(std::move(options))) {}
subscription::~subscription() = default;

std::optional<stream_item> subscription::next() { return reader_->next(); }
void subscription::stop() noexcept { reader_->stop(); }
const std::string& subscription::error() const noexcept { return reader_->error(); }
const std::string& subscription::cursor() const noexcept { return reader_->cursor(); }

}  // namespace logio::client
