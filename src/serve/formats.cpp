#include "logio/serve/formats.hpp"

#include <utility>

#include "logio/record/record.hpp"
#include "logio/record/time.hpp"
#include "logio/wire/text_encoder.hpp"

namespace logio::serve {
namespace {

void append_notices(std::string& out, const hub::loss& what, std::int64_t now_ns,
                    std::string_view hub_host) {
  if (what.missed != 0) {
    wire::append_missed_notice(out, now_ns, hub_host, what.missed, what.missed_since_ns);
  }
  if (what.dropped != 0) {
    wire::append_dropped_notice(out, now_ns, hub_host, what.dropped, what.dropped_since_ns);
  }
}

class text_format final : public hub::encoder {
 public:
  explicit text_format(std::string hub_host) : hub_host_(std::move(hub_host)) {}

  int format() const noexcept override { return static_cast<int>(stream_format::text); }

  std::size_t bound(const record::view& record, const hub::topic_info& topic) const override {
    return wire::text_bound(topic.text_label.size(), record);
  }

  progress encode(record::iterator& at, const record::iterator& end, const hub::topic_info& topic,
                  std::int64_t, char* out, std::size_t room) override {
    const std::string_view label = topic.text_label;
    char* const limit = out + room;
    char* place = out;
    std::uint32_t records = 0;
    for (; at != end; ++at, ++records) {
      const record::view r = *at;
      if (wire::text_bound(label.size(), r) > static_cast<std::size_t>(limit - place)) break;
      place = wire::encode_text(place, r, label, time_);
    }
    return {static_cast<std::size_t>(place - out), records};
  }

  void append_loss(std::string& out, const hub::loss& what, std::int64_t now_ns) override {
    append_notices(out, what, now_ns, hub_host_);
  }

 private:
  std::string hub_host_;
  record::text_time_writer time_;
};

class raw_format final : public hub::encoder {
 public:
  explicit raw_format(std::string hub_host) : hub_host_(std::move(hub_host)) {}

  int format() const noexcept override { return static_cast<int>(stream_format::raw); }

  std::size_t bound(const record::view& record, const hub::topic_info&) const override {
    return wire::raw_bound(record);
  }

  progress encode(record::iterator& at, const record::iterator& end, const hub::topic_info&,
                  std::int64_t, char* out, std::size_t room) override {
    char* const limit = out + room;
    char* place = out;
    std::uint32_t records = 0;
    for (; at != end; ++at, ++records) {
      const record::view r = *at;
      if (wire::raw_bound(r) > static_cast<std::size_t>(limit - place)) break;
      place = wire::encode_raw(place, r);
    }
    return {static_cast<std::size_t>(place - out), records};
  }

  void append_loss(std::string& out, const hub::loss& what, std::int64_t now_ns) override {
    append_notices(out, what, now_ns, hub_host_);
  }

 private:
  std::string hub_host_;
};

}  // namespace

std::unique_ptr<hub::encoder> make_encoder(stream_format format, std::string hub_host) {
  if (format == stream_format::raw) return std::make_unique<raw_format>(std::move(hub_host));
  return std::make_unique<text_format>(std::move(hub_host));
}

std::string_view content_type(stream_format format) noexcept {
  return format == stream_format::raw ? "application/octet-stream" : "text/plain; charset=utf-8";
}

}  // namespace logio::serve
