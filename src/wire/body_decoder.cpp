#include "logio/wire/body_decoder.hpp"

#include <utility>

#include "logio/base/result.hpp"
#include "wire/body_records.hpp"

namespace logio::wire {

body_decoder::body_decoder(const options& how) {
  if (how.format != body_format::lines) {
    records_ = std::make_unique<body_records>(how);
    return;
  }
  LOGIO_ASSERT(!record::check(how.topic), "lines come with a legal topic");
  topic_ = how.topic;
  publish_request request;
  request.topic = how.topic;
  request.format = publish_request::framing::lines;
  request.stamped = how.stamped;
  lines_ = std::make_unique<publish_decoder>(how.limits, std::move(request));
}

body_decoder::body_decoder(body_decoder&&) noexcept = default;
body_decoder::~body_decoder() = default;

void body_decoder::set_arrival(std::int64_t time_ns) noexcept {
  records_ ? records_->set_arrival(time_ns) : lines_->set_arrival(time_ns);
}

body_decoder::progress body_decoder::feed(std::string_view in, record::batch_builder& out) {
  if (records_) return records_->feed(in, out);
  if (!in.empty() && !std::exchange(announced_, true)) return {0, status::topic_ready};
  return lines_->feed(in, out);
}

body_decoder::status body_decoder::finish(record::batch_builder& out) {
  return records_ ? records_->finish(out) : lines_->finish(out);
}

const record::topic& body_decoder::topic() const noexcept {
  return records_ ? records_->topic() : topic_;
}

void body_decoder::refuse_topic(publish_error error, std::string message) {
  LOGIO_ASSERT(records_, "lines have one topic");
  records_->refuse_topic(error, std::move(message));
}

std::span<const refusal> body_decoder::refusals() const noexcept {
  return records_ ? records_->refusals() : lines_->refusals();
}

void body_decoder::clear_refusals() noexcept {
  records_ ? records_->clear_refusals() : lines_->clear_refusals();
}

std::size_t body_decoder::carried_bytes() const noexcept {
  return records_ ? records_->carried_bytes() : lines_->carried_bytes();
}

}  // namespace logio::wire
