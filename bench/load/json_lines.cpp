#include "json_lines.hpp"

#include "verifier.hpp"

#include <algorithm>
#include <cstring>

namespace logio::bench {

namespace {

constexpr std::size_t rfc3339_bytes = 30;
constexpr std::size_t text_time_bytes = 23;

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
  out_bytes_ = 0;
  while (bytes != end) {
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
  if (out_bytes_ != 0) {
    to.feed(out_.data(), out_bytes_);
  }
}

void json_lines::take_line(std::string_view line) {
  if (format_ == answer_format::ndjson) {
    return take_object(line);
  }
  if (line.empty() || line.starts_with(':')) {
    return;
  }
  if (line.starts_with("id: ")) {
    id_ = line.substr(4);
  } else if (line.starts_with("data: ")) {
    take_object(line.substr(6));
  } else if (!line.starts_with("event: ")) {
    fail("neither id, data, event nor comment", line);
  }
}

void json_lines::take_object(std::string_view line) {
  std::string_view rest = line;
  if (!rest.starts_with(R"({"cursor":")")) {
    return take_notice(line);
  }
  constexpr std::size_t epoch_bytes = 17;
  rest.remove_prefix(sizeof(R"({"cursor":")") - 1);
  const std::string_view cursor = take_to_quote(rest, line);
  std::uint64_t position = 0;
  for (const char digit : cursor.substr(std::min(epoch_bytes, cursor.size()))) {
    position = position * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  if (position <= position_ || (format_ == answer_format::sse && cursor != id_)) {
    fail("a cursor that is not behind the one before, or not the event's id", line);
  }
  position_ = position;
  expect(rest, R"(","time":")", line);
  const std::string_view time = take(rest, rfc3339_bytes, line);
  expect(rest, R"(","arrived":")", line);
  take(rest, rfc3339_bytes, line);
  if (members_.empty() || !rest.starts_with(members_)) {
    learn_topic(rest, line);
  }
  rest.remove_prefix(members_.size());
  if (!rest.ends_with("\"}")) {
    fail("an object that does not end with its text", line);
  }
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
