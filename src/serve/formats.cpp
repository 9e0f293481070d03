#include "logio/serve/formats.hpp"

#include <utility>

#include "logio/record/record.hpp"
#include "logio/record/time.hpp"
#include "logio/wire/json_encoder.hpp"
#include "logio/wire/json_notices.hpp"
#include "logio/wire/text_encoder.hpp"

namespace logio::serve {
namespace {

void append_notices(std::string& out, const hub::loss& what, std::int64_t now_ns,
                    std::string_view hub_host) {
  if (what.continuity) wire::append_continuity_notice(out, now_ns, hub_host);
  if (what.missed != 0) {
    wire::append_missed_notice(out, now_ns, hub_host, what.missed, what.missed_since_ns);
  }
  if (what.dropped != 0) {
    wire::append_dropped_notice(out, now_ns, hub_host, what.dropped, what.dropped_since_ns);
  }
}

/// Encodes while `bound(record)` says that the next record fits; `put(place, record, index)` writes
/// it and returns behind it.
template <class Bound, class Put>
hub::encoder::progress encode_what_fits(record::iterator& at, const record::iterator& end,
                                        char* out, std::size_t room, Bound bound, Put put) {
  char* const limit = out + room;
  char* place = out;
  std::uint32_t records = 0;
  for (; at != end; ++at, ++records) {
    const record::view r = *at;
    if (bound(r) > static_cast<std::size_t>(limit - place)) break;
    place = put(place, r, records);
  }
  return {static_cast<std::size_t>(place - out), records};
}

/// Cursors with the epoch of each record: history may be of an earlier run of the hub.
class json_of_epochs {
 public:
  explicit json_of_epochs(std::uint64_t own) : own_epoch_(own), own_(own), other_(0) {}

  wire::json_encoder& of(std::uint64_t epoch) {
    if (epoch == 0 || epoch == own_epoch_) return own_;
    if (std::exchange(other_epoch_, epoch) != epoch) other_ = wire::json_encoder(epoch);
    return other_;
  }
  const wire::json_encoder& any() const noexcept { return own_; }

 private:
  const std::uint64_t own_epoch_;
  std::uint64_t other_epoch_ = 0;
  wire::json_encoder own_, other_;
};

class text_format final : public hub::encoder {
 public:
  explicit text_format(std::string hub_host) : hub_host_(std::move(hub_host)) {}

  int format() const noexcept override { return static_cast<int>(stream_format::text); }

  std::size_t bound(const record::view& record, const hub::topic_info& topic) const override {
    return wire::text_bound(topic.text_label.size(), record);
  }

  progress encode(record::iterator& at, const record::iterator& end, const hub::origin& from,
                  char* out, std::size_t room) override {
    const std::string_view label = from.topic.text_label;
    return encode_what_fits(
        at, end, out, room,
        [&](const record::view& r) { return wire::text_bound(label.size(), r); },
        [&](char* place, const record::view& r, std::uint32_t) {
          return wire::encode_text(place, r, label, time_);
        });
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

  progress encode(record::iterator& at, const record::iterator& end, const hub::origin&,
                  char* out, std::size_t room) override {
    return encode_what_fits(
        at, end, out, room, [](const record::view& r) { return wire::raw_bound(r); },
        [](char* place, const record::view& r, std::uint32_t) {
          return wire::encode_raw(place, r);
        });
  }

  void append_loss(std::string& out, const hub::loss& what, std::int64_t now_ns) override {
    append_notices(out, what, now_ns, hub_host_);
  }

 private:
  std::string hub_host_;
};

class ndjson_format final : public hub::encoder {
 public:
  explicit ndjson_format(std::uint64_t epoch) : json_(epoch) {}

  int format() const noexcept override { return static_cast<int>(stream_format::ndjson); }

  std::size_t bound(const record::view& record, const hub::topic_info& topic) const override {
    return json_.any().ndjson_bound(record, topic.json_members);
  }

  progress encode(record::iterator& at, const record::iterator& end, const hub::origin& from,
                  char* out, std::size_t room) override {
    const std::string_view members = from.topic.json_members;
    wire::json_encoder& json = json_.of(from.epoch);
    return encode_what_fits(
        at, end, out, room,
        [&](const record::view& r) { return json.ndjson_bound(r, members); },
        [&](char* place, const record::view& r, std::uint32_t index) {
          return json.encode_ndjson(place, r, members, from.position + index, from.arrival_ns);
        });
  }

  void append_loss(std::string& out, const hub::loss& what, std::int64_t) override {
    if (what.continuity) wire::append_ndjson_continuity_lost(out);
    if (what.missed != 0) {
      wire::append_ndjson_missed(out, what.missed, what.missed_since_ns,
                                 to_string(what.missed_why));
    }
    if (what.dropped != 0) wire::append_ndjson_dropped(out, what.dropped, what.dropped_since_ns);
  }

 private:
  json_of_epochs json_;
};

class sse_format final : public hub::encoder {
 public:
  explicit sse_format(std::uint64_t epoch) : json_(epoch) {}

  int format() const noexcept override { return static_cast<int>(stream_format::sse); }

  std::size_t bound(const record::view& record, const hub::topic_info& topic) const override {
    return json_.any().sse_bound(record, topic.json_members);
  }

  progress encode(record::iterator& at, const record::iterator& end, const hub::origin& from,
                  char* out, std::size_t room) override {
    const std::string_view members = from.topic.json_members;
    wire::json_encoder& json = json_.of(from.epoch);
    return encode_what_fits(
        at, end, out, room, [&](const record::view& r) { return json.sse_bound(r, members); },
        [&](char* place, const record::view& r, std::uint32_t index) {
          return json.encode_sse(place, r, members, from.position + index, from.arrival_ns);
        });
  }

  void append_loss(std::string& out, const hub::loss& what, std::int64_t) override {
    if (what.continuity) wire::append_sse_continuity_lost(out);
    if (what.missed != 0) {
      wire::append_sse_missed(out, what.missed, what.missed_since_ns, to_string(what.missed_why));
    }
    if (what.dropped != 0) wire::append_sse_dropped(out, what.dropped, what.dropped_since_ns);
  }

 private:
  json_of_epochs json_;
};

}  // namespace

std::unique_ptr<hub::encoder> make_encoder(stream_format format, std::string hub_host,
                                           std::uint64_t epoch) {
  switch (format) {
    case stream_format::raw: return std::make_unique<raw_format>(std::move(hub_host));
    case stream_format::ndjson: return std::make_unique<ndjson_format>(epoch);
    case stream_format::sse: return std::make_unique<sse_format>(epoch);
    case stream_format::text: break;
  }
  return std::make_unique<text_format>(std::move(hub_host));
}

std::string_view content_type(stream_format format) noexcept {
  switch (format) {
    case stream_format::raw: return "application/octet-stream";
    case stream_format::ndjson: return "application/x-ndjson";
    case stream_format::sse: return "text/event-stream";
    case stream_format::text: break;
  }
  return "text/plain; charset=utf-8";
}

std::string_view to_string(stream_format format) noexcept {
  switch (format) {
    case stream_format::raw: return "raw";
    case stream_format::ndjson: return "ndjson";
    case stream_format::sse: return "sse";
    case stream_format::text: break;
  }
  return "text";
}

std::string_view heartbeat_bytes(stream_format format) noexcept {
  switch (format) {
    case stream_format::raw: return {};
    case stream_format::sse: return ":\n\n";
    case stream_format::text:
    case stream_format::ndjson: break;
  }
  return "\n";
}

}  // namespace logio::serve
