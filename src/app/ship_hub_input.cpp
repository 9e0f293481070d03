#include "ship_hub_input.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "terminal_text.hpp"

namespace logio::app {
namespace {

using base::log_level;

constexpr std::chrono::seconds answer_timeout{10};
constexpr std::size_t line_bytes_max = std::size_t{512} << 20;

/// `{"missed":42,…`: the number behind the name; 0 when it is another object.
std::uint64_t count_in(std::string_view notice, std::string_view name) {
  const std::string begin = fmt::format("{{\"{}\":", name);
  std::uint64_t count = 0;
  if (!notice.starts_with(begin)) return 0;
  std::from_chars(notice.data() + begin.size(), notice.data() + notice.size(), count);
  return count;
}

/// For a query, where a `+` would be a space.
std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) out += c == '+' ? std::string("%2B") : std::string(1, c);
  return out;
}

}  // namespace

ship_hub_input::ship_hub_input(ship_source& to, filter::filter wanted, config::hub_url hub,
                               ship_hub_range range)
    : ship_input(to, std::move(wanted)),
      hub_(std::move(hub)),
      range_(std::move(range)),
      objects_(object_bytes_max),
      back_off_(static_cast<std::uint64_t>(base::monotonic_now_ns())) {}

std::string ship_hub_input::target() const {
  std::string out = "/?format=ndjson";
  if (range_.after) {
    out += fmt::format("&after={:016x}-{}", range_.after->epoch, range_.after->position);
  } else if (!range_.since.empty()) {
    out += "&since=" + escaped(range_.since);
  }
  if (!range_.until.empty()) out += "&until=" + escaped(range_.until);
  if (!range_.follow) out += "&follow=false";
  if (!range_.query.empty()) out += '&' + range_.query;
  return out;
}

void ship_hub_input::read() {
  while (!to_.is_stopped()) {
    const ending how = read_stream();
    buffer_.clear();
    searched_ = 0;
    if (!hand_on()) return;
    if (how == ending::refused) return;
    if (how == ending::complete && (!range_.follow || !range_.until.empty())) return;
    if (!pause()) return;
  }
}

/// Waits before the next try. False: it is to end.
bool ship_hub_input::pause() {
  const auto until = sink::clock::now() + back_off_.next();
  while (!to_.is_stopped() && sink::clock::now() < until) {
    std::this_thread::sleep_for(std::min(look_interval, std::chrono::milliseconds(50)));
  }
  return !to_.is_stopped();
}

/// Hands on what there is while it waits. False: it is to end.
bool ship_hub_input::wait_readable(http_get& answer) {
  if (answer.wait(std::chrono::milliseconds(0))) return true;
  if (!hand_on()) return false;
  while (!to_.is_stopped()) {
    if (answer.wait(look_interval)) return true;
  }
  return false;
}

ship_hub_input::ending ship_hub_input::read_stream() {
  const auto cut = [&](const std::string& why) {
    if (!std::exchange(down_, true)) {
      base::log(log_level::warn, ship_log, "{}; trying again until it works", why);
    }
    return ending::cut;
  };
  auto answer = http_get::open(hub_, target(), answer_timeout);
  if (!answer) return cut(answer.error().message);
  if (answer->status() != 200) return explain(*answer);
  if (std::exchange(down_, false)) {
    base::log(log_level::info, ship_log, "reads from {} again", to_string(hub_));
  }
  if (!range_.after && range_.since.empty()) {
    range_.after = sink::parse_cursor(answer->header("logio-cursor"));
    if (range_.after) writer_.pass(*range_.after);
  }
  while (wait_readable(*answer)) {
    auto text = answer->read(answer_timeout);
    if (!text) return cut(text.error().message);
    if (text->empty()) {
      return range_.follow && range_.until.empty() ? cut("the hub ended the stream")
                                                   : ending::complete;
    }
    back_off_.reset();
    told_.bytes.fetch_add(text->size(), std::memory_order_relaxed);
    buffer_ += *text;
    if (!take_lines()) break;
    if (buffer_.size() > line_bytes_max) return cut("the hub sends a line without end");
  }
  return ending::complete;
}

/// A hub that is starting or leaving is asked again; one that does not understand is not.
ship_hub_input::ending ship_hub_input::explain(http_get& answer) {
  const std::string why = answer.explain();
  if (answer.status() < 500 && answer.status() != 429) {
    fail(why);
    return ending::refused;
  }
  if (!std::exchange(down_, true)) {
    base::log(log_level::warn, ship_log, "{}; trying again until it works", why);
  }
  return ending::cut;
}

/// The whole lines of the buffer. False: it is to end.
bool ship_hub_input::take_lines() {
  std::size_t at = 0, end = 0;
  for (; (end = buffer_.find('\n', std::max(at, searched_))) != std::string::npos; at = end + 1) {
    const std::string_view line = std::string_view(buffer_).substr(at, end - at);
    if (const auto found = objects_.read(line)) {
      writer_.add(found->record, *found->topic, found->arrival_ns, found->place);
      range_.after = found->place;
    } else {
      take_notice(line);
    }
    if (!hand_on_full()) return false;
  }
  buffer_.erase(0, at);
  searched_ = buffer_.size();
  return true;
}

void ship_hub_input::take_notice(std::string_view line) {
  if (line.empty()) return;
  const std::string shown = fmt::format("the hub says: {}", visible(line.substr(0, 500)));
  if (const std::uint64_t missed = count_in(line, "missed")) return miss(missed, shown);
  if (const std::uint64_t dropped = count_in(line, "dropped")) return miss(dropped, shown);
  if (line.starts_with(R"({"continuity_lost":)")) return miss(0, shown);
  refuse(fmt::format("the hub sent what is no record: {}", visible(line.substr(0, 200))));
}

}  // namespace logio::app
