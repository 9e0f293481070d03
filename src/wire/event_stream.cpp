#include "logio/wire/event_stream.hpp"

#include <algorithm>

namespace logio::wire {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

event_stream_reader::state event_stream_reader::next() {
  if (told_) {
    told_ = false;
    type_.clear();
    data_.clear();
    data_bytes_ = 0;
    has_data_ = false;
  }
  while (!begun_ && !rest_.empty()) {
    if (mark_bytes_ == byte_order_mark.size() || rest_.front() != byte_order_mark[mark_bytes_]) {
      begun_ = true;
      if (mark_bytes_ != byte_order_mark.size()) {
        take_line_part(byte_order_mark.substr(0, mark_bytes_));
      }
      break;
    }
    ++mark_bytes_;
    rest_.remove_prefix(1);
  }
  while (!rest_.empty()) {
    if (after_return_) {
      after_return_ = false;
      if (rest_.front() == '\n') {
        rest_.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = rest_.find_first_of("\r\n");
    if (end == std::string_view::npos) {
      take_line_part(rest_);
      rest_ = {};
      break;
    }
    take_line_part(rest_.substr(0, end));
    after_return_ = rest_[end] == '\r';
    rest_.remove_prefix(end + 1);
    if (end_line()) {
      told_ = true;
      return data_bytes_ > event_bytes_max_ ? state::too_long : state::event;
    }
  }
  return state::need_more;
}

void event_stream_reader::take_line_part(std::string_view bytes) {
  if (bytes.empty() || part_ == part::passed) return;
  if (part_ == part::begin) {
    name_.clear();
    part_ = part::name;
  }
  if (part_ == part::name) {
    const std::size_t colon = bytes.find(':');
    const std::string_view more = bytes.substr(0, std::min(colon, bytes.size()));
    if (name_.size() + more.size() > name_bytes_max) {
      part_ = part::passed;
      return;
    }
    name_ += more;
    if (colon == std::string_view::npos) return;
    if (name_.empty()) {
      ++comments_;
      part_ = part::passed;
      return;
    }
    begin_value();
    bytes.remove_prefix(colon + 1);
    part_ = part::before_value;
  }
  if (part_ == part::before_value && !bytes.empty()) {
    if (bytes.front() == ' ') bytes.remove_prefix(1);
    part_ = part::value;
  }
  if (part_ == part::value) take_value(bytes);
}

void event_stream_reader::begin_value() {
  in_data_ = name_ == "data";
  in_type_ = name_ == "event";
  if (in_type_) next_type_.clear();
}

void event_stream_reader::take_value(std::string_view bytes) {
  if (in_type_) {
    if (next_type_.size() <= name_bytes_max) next_type_ += bytes.substr(0, name_bytes_max + 1);
  }
  if (!in_data_) return;
  data_bytes_ += bytes.size();
  if (data_bytes_ <= event_bytes_max_) data_ += bytes;
}

/// True: the event is complete.
bool event_stream_reader::end_line() {
  const part ended = part_;
  part_ = part::begin;
  if (ended == part::name) begin_value();  // a line without a colon has an empty value
  if (ended == part::begin) {
    type_.swap(next_type_);
    next_type_.clear();
    if (!has_data_) {
      type_.clear();
      return false;
    }
    // Each of its lines was given an end; that of the last is not its own.
    --data_bytes_;
    if (!data_.empty() && data_bytes_ <= event_bytes_max_) data_.resize(data_bytes_);
    return true;
  }
  if (ended == part::passed) return false;
  if (in_type_ && next_type_.size() > name_bytes_max) next_type_.clear();
  if (in_data_) {
    has_data_ = true;
    ++data_bytes_;
    if (data_bytes_ <= event_bytes_max_ + 1) data_ += '\n';
  }
  in_data_ = in_type_ = false;
  return false;
}

}  // namespace logio::wire
