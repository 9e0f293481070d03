#include "block_image.hpp"

#include <cstring>
#include <stdexcept>
#include <string>

namespace logio::bench {

namespace {

std::string_view middle_of(const series& lines, line_shape::text text, std::size_t index) {
  switch (text) {
    case line_shape::text::plain:
      return lines.middle(index);
    case line_shape::text::json:
      return lines.middle_json(index);
    case line_shape::text::shown:
      return lines.middle_shown(index);
  }
  throw std::logic_error("text");
}

std::string_view digits_of(const series& lines, line_shape::digits digits, std::size_t index) {
  switch (digits) {
    case line_shape::digits::none:
      return {};
    case line_shape::digits::trimmed:
      return lines.low_digits(index);
    case line_shape::digits::all:
      return lines.low_digits_full(index);
  }
  throw std::logic_error("digits");
}

/// memcpy of 8 to 16 or 17 to 32 bytes as two moves that may overlap.
inline void copy_short(char* out, const char* in, std::size_t bytes) {
  if (bytes > 16) {
    std::memcpy(out, in, 16);
    std::memcpy(out + bytes - 16, in + bytes - 16, 16);
  } else {
    std::memcpy(out, in, 8);
    std::memcpy(out + bytes - 8, in + bytes - 8, 8);
  }
}

}  // namespace

block_image::block_image(const series& lines, const line_shape& shape, std::size_t blocks)
    : time_(shape.time), blocks_(blocks) {
  std::string all;
  const auto here = [&all] { return static_cast<std::uint32_t>(all.size()); };
  const auto add = [&](const std::string& text, places& at) {
    if (const auto topic = text.find("####"); topic != std::string::npos) {
      at.topic = here() + static_cast<std::uint32_t>(topic);
      has_topic_ = true;
    }
    all += text;
  };
  for (std::size_t n = 0; n < blocks * series::block_lines; ++n) {
    const std::size_t index = n % series::block_lines;
    places at{};
    starts_.push_back(all.size());
    add(shape.before, at);
    at.time = here();
    all.append(time_bytes(shape.time), '0');
    all += digits_of(lines, shape.low_digits, index);
    add(shape.after, at);
    at.lead = here();
    all.append(series::lead_bytes, '0');
    all += middle_of(lines, shape.middle, index);
    at.checksum = here();
    all.append(series::checksum_bytes, '0');
    all += shape.end;
    places_.push_back(at);
  }
  starts_.push_back(all.size());
  bytes_.assign(all.begin(), all.end());
}

void block_image::stamp_block(std::uint32_t publisher, std::uint32_t topic, std::uint64_t block,
                              std::size_t nth) {
  char time[32];
  char lead[16];
  char checksum[series::checksum_bytes];
  char digits[4];
  put_time(time, time_, block);
  put_lead(lead, publisher, block);
  put_checksum(checksum, publisher, block);
  put_decimal(digits, topic, 4);
  const std::size_t time_size = time_bytes(time_);
  char* const bytes = bytes_.data();
  const places* at = places_.data() + nth * series::block_lines;
  for (std::size_t i = 0; i < series::block_lines; ++i, ++at) {
    copy_short(bytes + at->lead, lead, series::lead_bytes);
    std::memcpy(bytes + at->checksum, checksum, sizeof checksum);
    if (time_size > 0) {
      copy_short(bytes + at->time, time, time_size);
    }
    if (has_topic_) {
      std::memcpy(bytes + at->topic, digits, sizeof digits);
    }
  }
}

std::string_view block_image::stamp(std::uint32_t publisher, std::uint32_t topic,
                                    std::uint64_t block, std::size_t count) {
  for (std::size_t nth = 0; nth < count; ++nth) {
    stamp_block(publisher, topic, block + nth, nth);
  }
  return {bytes_.data(), starts_[count * series::block_lines]};
}

std::string_view block_image::line(std::size_t index) const {
  return {bytes_.data() + starts_[index], starts_[index + 1] - starts_[index]};
}

}  // namespace logio::bench
