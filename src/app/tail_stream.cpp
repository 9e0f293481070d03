#include "tail_stream.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/base/json_string.hpp"
#include "tail_hint.hpp"

namespace logio::app {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto answer_timeout = 10s, silence_max = 45s;
constexpr auto hint_after = 500ms;
constexpr std::string_view heartbeat = "&heartbeat=15s";
constexpr std::size_t line_bytes_max = std::size_t{128} << 20;
constexpr std::size_t record_bytes_max = std::size_t{16} << 20;
constexpr std::string_view lost_words =
    "Error L15 (continuity lost): the hub does not know any more what it had sent; lines may be "
    "missing here.";

/// For a query, where a `+` would be a space.
std::string query_value(std::string_view value) {
  std::string out;
  for (const char c : value) out += c == '+' ? std::string("%2B") : std::string(1, c);
  return out;
}

/// The value of `"NAME":"` in an object that the hub has written; empty without it.
std::string_view text_in(std::string_view object, std::string_view name) {
  const std::string begin = fmt::format("\"{}\":\"", name);
  const auto at = object.find(begin);
  if (at == object.npos) return {};
  object.remove_prefix(at + begin.size());
  return object.substr(0, object.find('"'));
}

}  // namespace

tail_stream::tail_stream(const config::tail_options& options, std::string query,
                         record_printer printer)
    : options_(options),
      query_(std::move(query)),
      printer_(std::move(printer)),
      objects_(record_bytes_max),
      continuity_(base::unix_now_ns()),
      back_off_(static_cast<std::uint64_t>(base::monotonic_now_ns())) {}

std::string tail_stream::target() const {
  std::string out = "/?format=ndjson";
  const std::string place = continuity_.query();
  if (!place.empty()) {
    out += place;
  } else {
    if (options_.lines && (*options_.lines != 0 || !options_.follow)) {
      out += fmt::format("&tail={}", *options_.lines);
    }
    if (!options_.since.empty()) out += "&since=" + query_value(options_.since);
  }
  if (!options_.until.empty()) out += "&until=" + query_value(options_.until);
  out += options_.follow ? "&follow=true" : "&follow=false";
  if (options_.follow) out += heartbeat;
  if (!query_.empty()) out += '&' + query_;
  return out;
}

int tail_stream::run() {
  for (;;) {
    const ending how = read_stream();
    buffer_.clear();
    searched_ = 0;
    switch (how) {
      case ending::reader_gone: return base::exit_ok;
      case ending::refused: return base::exit_unavailable;
      case ending::complete: (void)printer_.flush(); return base::exit_ok;
      case ending::reopen: continue;
      case ending::cut: break;
    }
    if (!printer_.flush()) return base::exit_ok;
    if (!was_connected_) return base::exit_unavailable;
    std::this_thread::sleep_for(back_off_.next());
  }
}

void tail_stream::say(const std::string& message) const {
  std::fprintf(stderr, "logio tail: %s\n", message.c_str());
}

tail_stream::ending tail_stream::cut(const std::string& why) {
  if (!was_connected_) {
    say(why);
  } else if (down_since_ == steady::time_point{}) {
    down_since_ = steady::now();
    say(why + "; trying again until it works");
  }
  return ending::cut;
}

void tail_stream::tell_connected() {
  was_connected_ = true;
  if (down_since_ == steady::time_point{}) return;
  const double seconds =
      std::chrono::duration<double>(steady::now() - std::exchange(down_since_, {})).count();
  say(fmt::format("connected again after {:.1f} s, goes on where it was", seconds));
}

tail_stream::ending tail_stream::read_stream() {
  auto answer = http_get::open(options_.hub, target(), answer_timeout, "application/x-ndjson");
  if (!answer) {
    const std::string& why = answer.error().message;
    return cut(was_connected_ ? why : why + "; is a hub there? --hub URL or LOGIO_HUB says where");
  }
  if (answer->status() >= 500 || answer->status() == 429) return cut(answer->explain());
  if (answer->status() != 200) {
    say(answer->explain());
    return ending::refused;
  }
  const auto start = sink::parse_cursor(answer->header("Logio-Cursor"));
  if (!start) {
    say(fmt::format("{} answers, but not as a hub does", to_string(options_.hub)));
    return ending::refused;
  }
  tell_connected();
  continuity_.begin(*start);
  const bool in_part = answer->header("Logio-Match") == "none";
  if (!std::exchange(asked_what_matches_, true) && !answer->wait(hint_after)) {
    say_what_matches(in_part);
  }
  const ending how = read_lines(*answer);
  if (how == ending::complete && shown_ == 0) say_what_matches(in_part);
  return how;
}

void tail_stream::say_what_matches(bool in_part) {
  if (std::exchange(said_what_matches_, true)) return;
  const std::string hint = tail_hint(options_, in_part);
  if (!hint.empty()) say(hint);
}

tail_stream::ending tail_stream::read_lines(http_get& answer) {
  for (;;) {
    if (!answer.wait(0ms)) {
      if (!printer_.flush()) return ending::reader_gone;
      if (!answer.wait(silence_max)) {
        return cut(fmt::format("{} has sent nothing for {} s, not even a heartbeat",
                               to_string(options_.hub), silence_max.count()));
      }
    }
    auto text = answer.read(answer_timeout);
    if (!text) return cut(text.error().message);
    if (text->empty()) {
      return options_.follow && options_.until.empty()
                 ? cut(fmt::format("{} ended the stream", to_string(options_.hub)))
                 : ending::complete;
    }
    back_off_.reset();
    buffer_ += *text;
    if (!take_lines()) return ending::reopen;
    if (printer_.wants_flush() && !printer_.flush()) return ending::reader_gone;
    if (buffer_.size() > line_bytes_max) return cut("the hub sends a line without end");
  }
}

/// The whole lines of the buffer. False: the hub is to be asked anew.
bool tail_stream::take_lines() {
  std::size_t at = 0, end = 0;
  for (; (end = buffer_.find('\n', std::max(at, searched_))) != std::string::npos; at = end + 1) {
    const std::string_view line = std::string_view(buffer_).substr(at, end - at);
    if (line.empty()) continue;
    const auto found = objects_.read(line);
    if (!found) {
      if (!take_notice(line)) return false;
    } else if (continuity_.take(found->record, *found->topic, found->arrival_ns, found->place)) {
      printer_.add({found->record, *found->topic, found->arrival_ns, found->place.epoch,
                    found->place.position, line});
      ++shown_;
    }
  }
  buffer_.erase(0, at);
  searched_ = buffer_.size();
  return true;
}

/// False: the hub is to be asked anew.
bool tail_stream::take_notice(std::string_view line) {
  if (line.starts_with(R"({"continuity_lost":)") && !continuity_.by_time()) {
    continuity_.lost();
    add_break();
    return false;
  }
  std::string_view words = text_in(line, "text");
  const std::string json = std::string(line) + '\n';
  const std::string unknown = fmt::format("sent what is no record: {}", line.substr(0, 200));
  if (words.empty()) words = unknown;
  printer_.add_notice(base::unix_now_ns(), options_.hub.host, words, json);
  return true;
}

void tail_stream::add_break() {
  std::string json = R"({"continuity_lost":true,"reason":"unknown_epoch","text":)";
  base::append_json_string(json, lost_words);
  json += "}\n";
  printer_.add_notice(base::unix_now_ns(), options_.hub.host, lost_words, json);
}

}  // namespace logio::app
