#include "verifier.hpp"

#include "latency.hpp"
#include "notice.hpp"
#include "same.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace logio::bench {

namespace {

std::string printable(const char* bytes, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 240); ++i) {
    const char c = bytes[i];
    if (c == '\n' || c == '\t' || c == '\r') {
      out += c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

expectation::expectation(const series& lines, const line_shape& shape, std::uint32_t topics)
    : shape_(shape), topics_(topics) {
  const std::size_t time = time_bytes(shape.time);
  head_bytes_ = shape.before.size() + time + shape.after.size() + series::lead_bytes;
  known_from_ = shape.time_known ? 0 : shape.before.size() + time;
  for (std::size_t i = 0; i < series::block_lines; ++i) {
    middle_[i] = shape.middle == line_shape::text::shown ? lines.middle_shown(i) : lines.middle(i);
    low_digits_[i] = lines.low_digits_full(i);
  }
}

void expectation::make_head(char* out, std::uint32_t publisher) const {
  const std::uint32_t topic = publisher % topics_;
  const std::string before = with_topic(shape_.before, topic);
  const std::string after = with_topic(shape_.after, topic);
  const std::size_t time = time_bytes(shape_.time);
  std::memcpy(out, before.data(), before.size());
  std::memset(out + before.size(), '0', time);
  std::memcpy(out + before.size() + time, after.data(), after.size());
}

void expectation::restamp(char* head, char* tail, std::uint32_t publisher,
                          std::uint64_t block) const {
  put_time(head + shape_.before.size(), shape_.time, block);
  put_lead(head + lead_at(), publisher, block);
  put_checksum(tail, publisher, block);
  std::memcpy(tail + series::checksum_bytes, shape_.end.data(), shape_.end.size());
}

verifier::verifier(const expectation& expected, std::uint32_t publishers, system_kind system)
    : expected_(&expected), system_(system), publishers_(publishers) {
  if (expected.head_bytes() > head_bytes_max || expected.end().size() > 2) {
    throw std::logic_error("a line's head is longer than the verifier's");
  }
}

bool verifier::take_ping() {
  return std::exchange(pinged_, false);
}

void verifier::fail(const char* why, const char* at, std::size_t left) const {
  std::string text = std::string(why) + " after " + std::to_string(received_) + " lines: got\n  " +
                     printable(at, left);
  if (current_ != nullptr) {
    text += "\nexpected next\n  " + printable(current_->head, expected_->head_bytes());
    text += printable(expected_->middle(current_->index).data(), 60);
  }
  throw wrong_bytes(text);
}

verifier::position& verifier::at(std::uint32_t publisher) {
  if (positions_.empty()) {
    positions_.resize(publishers_);
  }
  auto& place = positions_[publisher];
  if (place == nullptr) {
    place = std::make_unique<position>();
    place->publisher = publisher;
    expected_->make_head(place->head, publisher);
    expected_->restamp(place->head, place->tail, publisher, 0);
  }
  return *place;
}

void verifier::feed(const char* bytes, std::size_t count) {
  bytes_ += count;
  while (!carry_.empty() && count > 0) {
    // The line that began in an earlier piece: lend it enough bytes to end.
    const std::size_t before = carry_.size();
    const std::size_t lent = std::min(count, line_bytes_max);
    carry_.append(bytes, lent);
    const std::size_t used = consume(carry_.data(), carry_.size());
    if (used <= before) {
      if (used == 0 && carry_.size() > line_bytes_max) {
        fail("a line without end", carry_.data(), carry_.size());
      }
      carry_.erase(0, used);
      bytes += lent;
      count -= lent;
    } else {
      bytes += used - before;
      count -= used - before;
      carry_.clear();
    }
  }
  const std::size_t used = consume(bytes, count);
  carry_.append(bytes + used, count - used);
}

std::size_t verifier::consume(const char* bytes, std::size_t count) {
  const char* at = bytes;
  const char* const end = bytes + count;
  const std::size_t head = expected_->head_bytes();
  const std::size_t from = expected_->known_from();
  const std::size_t tail = series::checksum_bytes + expected_->end().size();
  std::uint64_t lines = 0;
  while (at != end) {
    const auto left = static_cast<std::size_t>(end - at);
    position* const next = current_;
    if (next == nullptr || left < head || !same(at + from, next->head + from, head - from)) {
      const taken used = consume_other(at, left);
      if (!used) {
        break;
      }
      at += *used;
      continue;
    }
    const std::string_view middle = expected_->middle(next->index);
    if (left < head + middle.size() + tail) {
      if (!another_line_begins(*next, at, left)) {
        break;
      }
      skip_to(*next, at);
      continue;
    }
    if (!same(at + head, middle.data(), middle.size()) ||
        std::memcmp(at + head + middle.size(), next->tail, tail) != 0) {
      skip_to(*next, at);
      continue;
    }
    if (from != 0) {
      check_time(at);
    }
    at += head + middle.size() + tail;
    ++lines;
    advance(*next);
  }
  received_ += lines;
  return static_cast<std::size_t>(at - bytes);
}

inline void verifier::advance(position& next) {
  if (ages_ != nullptr) {
    ages_->received(next.publisher, next.block * series::block_lines + next.index);
  }
  if (++next.index == series::block_lines) {
    next.index = 0;
    expected_->restamp(next.head, next.tail, next.publisher, ++next.block);
  }
}

std::size_t verifier::take_next(const char* time, std::string_view label, const char* text,
                                std::size_t left) {
  constexpr std::size_t ms_bytes = 23, low_bytes = 6;
  position* const next = current_;
  const std::size_t lead_at = expected_->lead_at();
  if (next == nullptr || !carry_.empty() || expected_->known_from() != 0 ||
      ms_bytes + label.size() != lead_at) {
    return 0;
  }
  const std::string_view middle = expected_->middle(next->index);
  const std::size_t size = series::lead_bytes + middle.size() + series::checksum_bytes;
  const char* const tail = text + series::lead_bytes + middle.size();
  if (left < size || !same(time, next->head, ms_bytes) ||
      !same(time + ms_bytes, expected_->low_digits(next->index).data(), low_bytes) ||
      !same(label.data(), next->head + ms_bytes, label.size()) ||
      !same(text, next->head + lead_at, series::lead_bytes) ||
      !same(text + series::lead_bytes, middle.data(), middle.size()) ||
      !same(tail, next->tail, series::checksum_bytes)) {
    return 0;
  }
  bytes_ += lead_at + size + expected_->end().size();
  ++received_;
  advance(*next);
  return size;
}

/// Not the current publisher's next line: takes a notice or a control message and returns its
/// bytes; or makes the line's publisher the current one, skipping to the line if need be, and
/// returns 0, so that the caller looks again; or returns nothing when it takes more bytes to tell.
verifier::taken verifier::consume_other(const char* at, std::size_t left) {
  if (system_ == system_kind::nats && *at != 'M') {
    return consume_control(at, left);
  }
  const std::size_t head = expected_->head_bytes();
  if (left < head + 2) {
    return std::nullopt;
  }
  const std::string_view rest(at, left);
  if (system_ == system_kind::logio && is_hub_line(rest)) {
    const auto end = rest.find('\n');
    return end == std::string_view::npos ? taken() : consume_notice(rest.substr(0, end));
  }
  const std::int64_t publisher = get_decimal(at + expected_->lead_at(), 4);
  if (publisher < 0 || publisher >= publishers_) {
    fail("a line of no publisher", at, left);
  }
  current_ = &this->at(static_cast<std::uint32_t>(publisher));
  const std::size_t from = expected_->known_from();
  if (!same(at + from, current_->head + from, head - from)) {
    skip_to(*current_, at);
  }
  return 0;
}

/// Whether the part of a line that is here shows already that it is not the next one.
bool verifier::another_line_begins(const position& next, const char* at, std::size_t left) const {
  const std::size_t head = expected_->head_bytes();
  return left >= head + 2 && std::memcmp(at + head, expected_->middle(next.index).data(), 2) != 0;
}

verifier::taken verifier::consume_control(const char* at, std::size_t left) {
  const std::string_view rest(at, left);
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = rest.substr(0, end + 1);
  if (line == "PING\r\n") {
    pinged_ = true;
  } else if (line != "PONG\r\n" && !line.starts_with("INFO ") && !line.starts_with("+OK")) {
    fail("neither a message nor a known verb", at, left);
  }
  return line.size();
}

verifier::taken verifier::consume_notice(std::string_view line) {
  const auto notice = parse_notice(line);
  if (!notice) {
    fail("a line of the hub that is no known notice", line.data(), line.size());
  }
  ++notices_;
  (notice->what == loss_notice::kind::dropped ? dropped_ : missed_) += notice->count;
  return line.size() + 1;
}

/// Moves a publisher's position forward to the line at `at`. Going back, or a line that is not what
/// its own sequence says, is wrong.
void verifier::skip_to(position& next, const char* at) {
  const std::size_t head = expected_->head_bytes();
  const std::int64_t block = get_decimal(at + expected_->lead_at() + 5, 8);
  const std::int64_t index = get_decimal(at + head, 2);
  if (block < 0 || index < 0) {
    fail("a line without a sequence", at, head + 2);
  }
  const std::uint64_t here =
      static_cast<std::uint64_t>(block) * series::block_lines + static_cast<std::uint64_t>(index);
  const std::uint64_t wanted = next.block * series::block_lines + next.index;
  if (here <= wanted) {
    fail(here == wanted ? "a line that is not what was sent" : "a line out of order", at,
         head + series::text_bytes);
  }
  gaps_ += here - wanted;
  next.block = static_cast<std::uint64_t>(block);
  next.index = static_cast<std::uint32_t>(index);
  expected_->restamp(next.head, next.tail, next.publisher, next.block);
}

/// The peer's own stamp: 2026-11-21T01:45:53.955, never earlier than the one before.
void verifier::check_time(const char* at) {
  static constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.ddd";
  if (same(at, peer_time_, form.size())) {
    return;
  }
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = at[i] >= '0' && at[i] <= '9';
    if (form[i] == 'd' ? !digit : at[i] != form[i]) {
      fail("not a time", at, form.size());
    }
  }
  if (std::memcmp(at, peer_time_, form.size()) < 0) {
    fail("a time before the last one", at, form.size());
  }
  std::memcpy(peer_time_, at, form.size());
}

}  // namespace logio::bench
