#include "json_lines.hpp"

#include "same.hpp"
#include "verifier.hpp"

#include <algorithm>
#include <cstring>

namespace logio::bench {

namespace {

constexpr std::size_t rfc3339_bytes = 30;
constexpr std::size_t text_time_bytes = 23;

constexpr std::string_view id_key = "id: ";
constexpr std::string_view data_key = "\ndata: ";
constexpr std::string_view cursor_key = R"({"cursor":")";
constexpr std::string_view time_key = R"(","time":")";
constexpr std::string_view arrived_key = R"(","arrived":")";

/// Adds one to the decimal number that ends at `end`. False when it takes one more digit.
bool count_up(char* end) {
  for (char* at = end; *--at >= '0' && *at <= '9'; *at = '0') {
    if (*at != '9') {
      ++*at;
      return true;
    }
  }
  return false;
}

[[noreturn]] void fail(const char* why, std::string_view line) {
  throw wrong_bytes(std::string(why) + ": " + std::string(line.substr(0, 240)));
}

/// Takes `text` off the front of `rest`.
void expect(std::string_view& rest, std::string_view text, std::string_view line) {
  if (!rest.starts_with(text)) {
    fail("an object of another shape", line);
  }
  rest.remove_prefix(text.size());
}

std::string_view take(std::string_view& rest, std::size_t bytes, std::string_view line) {
  if (rest.size() < bytes) {
    fail("an object that ends early", line);
  }
  const std::string_view out = rest.substr(0, bytes);
  rest.remove_prefix(bytes);
  return out;
}

std::string_view take_to_quote(std::string_view& rest, std::string_view line) {
  return take(rest, std::min(rest.find('"'), rest.size()), line);
}

}  // namespace

void json_lines::put(std::string_view bytes) {
  if (out_.size() < out_bytes_ + bytes.size()) {
    out_.resize(2 * (out_bytes_ + bytes.size()));
  }
  std::memcpy(out_.data() + out_bytes_, bytes.data(), bytes.size());
  out_bytes_ += bytes.size();
}

void json_lines::feed(const char* bytes, std::size_t count, verifier& to) {
  const char* const end = bytes + count;
  while (bytes != end) {
    if (carry_.empty()) {
      const char* const behind = take_next(bytes, end, to);
      if (behind != nullptr) {
        bytes = behind;
        continue;
      }
    }
    const auto* const newline =
        static_cast<const char*>(std::memchr(bytes, '\n', static_cast<std::size_t>(end - bytes)));
    if (newline == nullptr) {
      carry_.append(bytes, end);
      break;
    }
    if (carry_.empty()) {
      take_line({bytes, static_cast<std::size_t>(newline - bytes)});
    } else {
      carry_.append(bytes, newline);
      take_line(carry_);
      carry_.clear();
    }
    bytes = newline + 1;
  }
  hand_over(to);
}

void json_lines::hand_over(verifier& to) {
  if (out_bytes_ != 0) {
    to.feed(out_.data(), out_bytes_);
    out_bytes_ = 0;
  }
}

/// The whole object or event at `at`, if it is the next line in every part: what is behind it.
/// Nothing when it is not, or not all there: then nothing is taken.
const char* json_lines::take_next(const char* at, const char* end, verifier& to) {
  const std::string_view close = format_ == answer_format::sse ? "\"}\n\n" : "\"}\n";
  const std::size_t head_bytes = before_time_.size() + rfc3339_bytes - 1 + behind_time_.size();
  if (before_time_.empty() || static_cast<std::size_t>(end - at) < head_bytes + close.size() ||
      !same(at, before_time_.data(), before_time_.size())) {
    return nullptr;
  }
  const char* const time = at + before_time_.size();
  const char* const text = at + head_bytes;
  if (!same(time + rfc3339_bytes - 1, behind_time_.data(), behind_time_.size())) {
    return nullptr;
  }
  hand_over(to);
  const auto left = static_cast<std::size_t>(end - text) - close.size();
  const std::size_t text_bytes = to.take_next(time, label_, text, left);
  if (text_bytes == 0) {
    return nullptr;
  }
  if (!same(text + text_bytes, close.data(), close.size())) {
    fail("an object that does not end with its text", {at, text + text_bytes});
  }
  ++position_;
  bool counted = true;
  for (const std::size_t cursor_end : cursor_ends_) {
    counted = counted && (cursor_end == 0 || count_up(before_time_.data() + cursor_end));
  }
  if (!counted) {
    before_time_.clear();  // the next object is taken apart
  }
  return text + text_bytes + close.size();
}

/// Makes what the object behind this one has around its time, if it is the next position's and of
/// the same topic and batch.
void json_lines::expect_next(std::string_view cursor, std::string_view arrived) {
  before_time_.clear();
  if (format_ == answer_format::sse) {
    before_time_.append(id_key).append(cursor);
    cursor_ends_[1] = before_time_.size();
    before_time_.append(data_key);
  }
  before_time_.append(cursor_key).append(cursor);
  cursor_ends_[0] = before_time_.size();
  before_time_.append(time_key);
  for (const std::size_t cursor_end : cursor_ends_) {
    if (cursor_end != 0 && !count_up(before_time_.data() + cursor_end)) {
      before_time_.clear();
      return;
    }
  }
  behind_time_.assign("Z").append(arrived_key).append(arrived).append(members_);
}

void json_lines::take_line(std::string_view line) {
  if (format_ == answer_format::ndjson) {
    return take_object(line);
  }
  if (line.empty() || line.starts_with(':')) {
    return;
  }
  if (line.starts_with(id_key)) {
    id_ = line.substr(4);
  } else if (line.starts_with("data: ")) {
    take_object(line.substr(6));
  } else if (!line.starts_with("event: ")) {
    fail("neither id, data, event nor comment", line);
  }
}

void json_lines::take_object(std::string_view line) {
  std::string_view rest = line;
  if (!rest.starts_with(cursor_key)) {
    return take_notice(line);
  }
  constexpr std::size_t epoch_bytes = 17;
  rest.remove_prefix(cursor_key.size());
  const std::string_view cursor = take_to_quote(rest, line);
  std::uint64_t position = 0;
  for (const char digit : cursor.substr(std::min(epoch_bytes, cursor.size()))) {
    position = position * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  if (position <= position_ || (format_ == answer_format::sse && cursor != id_)) {
    fail("a cursor that is not behind the one before, or not the event's id", line);
  }
  position_ = position;
  expect(rest, time_key, line);
  const std::string_view time = take(rest, rfc3339_bytes, line);
  expect(rest, arrived_key, line);
  const std::string_view arrived = take(rest, rfc3339_bytes, line);
  if (!time.ends_with('Z') || !arrived.ends_with('Z') ||
      arrived < std::string_view(arrived_)) {
    fail("a time that is not UTC, or an arrival before the last one", line);
  }
  arrived_ = arrived;
  if (members_.empty() || !rest.starts_with(members_)) {
    learn_topic(rest, line);
  }
  rest.remove_prefix(members_.size());
  if (!rest.ends_with("\"}")) {
    fail("an object that does not end with its text", line);
  }
  expect_next(cursor, arrived);
  put(time.substr(0, text_time_bytes));
  put(label_);
  put(rest.substr(0, rest.size() - 2));
  put("\n");
}

/// Takes the members between `arrived` and the text apart: neighbours mostly share them.
void json_lines::learn_topic(std::string_view rest, std::string_view line) {
  const std::string_view all = rest;
  expect(rest, R"(","app":")", line);
  const std::string_view app = take_to_quote(rest, line);
  expect(rest, R"(","proc":")", line);
  const std::string_view proc = take_to_quote(rest, line);
  expect(rest, R"(","host":")", line);
  const std::string_view host = take_to_quote(rest, line);
  expect(rest, R"(","text":")", line);
  members_ = all.substr(0, all.size() - rest.size());
  label_.assign(1, ' ').append(app).append(1, '[').append(proc).append("] ").append(host);
  label_.append(": ");
}

/// `{"dropped":…,"text":"Error L10 …"}` as the text format has it.
void json_lines::take_notice(std::string_view line) {
  const auto at = line.find(R"("text":")");
  if (at == std::string_view::npos || !line.ends_with("\"}")) {
    fail("neither a record nor a notice", line);
  }
  put("2000-01-01T00:00:00.000 logio[hub] hub: ");
  put(line.substr(at + 8, line.size() - at - 10));
  put("\n");
}

}  // namespace logio::bench
