/// Makes records of Marathon's events, as its callbacks and its event stream send them.
///
///     text       the JSON, without white space around it, on one line
///     time       timestamp; else the arrival's
///     severity   by what happened (the tables in the source): a task that failed is an error, an
///                unhealthy one a warning, all else info
///     app        appId without its leading slash; an event of no app is of the app `marathon`
///     proc       `marathon`
///     host       host; else Marathon's
///     fields     the event's members, each with its JSON type
///
/// An event may be any JSON value; one that is no object has no fields. What cannot be a part of a
/// topic (an appId with a control character) is passed over there and stands in the fields. Of an
/// event whose text is cut the fields are the short ones (neither object nor array, at most 4 KiB,
/// and 64 KiB together): what made it so long is in the others.
///
/// Ownership:      owns what it needs again and again; an event owns its values.
/// Thread safety:  distinct objects.
/// Errors:         what is no JSON is told with the place, and changes nothing else.
/// Limits:         options below; JSON nested at most 63 deep. In fields, a lone surrogate escape
///                 becomes U+FFFD.
/// Source:         Marathon's docs/docs/rest-api/public/api/v2 (events.raml and
///                 eventSubscriptions.raml) and its Events.scala.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "logio/record/record.hpp"
#include "logio/record/topic.hpp"

namespace logio::wire {

inline constexpr std::string_view marathon_name = "marathon";

struct marathon_event {
  record::topic topic;
  record::head head;   ///< complete: it goes into a batch with text and fields as they are
  std::string text;    ///< over its limit it ends in ` [cut: N bytes]`
  std::string fields;  ///< a MessagePack map, or empty
  std::string type;    ///< eventType; empty: it says none
  bool of_app = false; ///< topic.app is what it says
  std::uint64_t replaced_surrogates = 0;
};

class marathon_decoder {
 public:
  struct options {
    std::size_t line_bytes_max = std::size_t{1} << 20;    ///< of a text; at least 64
    std::size_t event_bytes_max = std::size_t{16} << 20;  ///< of the JSON
  };

  explicit marathon_decoder(options limits);
  marathon_decoder();
  ~marathon_decoder();
  marathon_decoder(marathon_decoder&&) noexcept;
  marathon_decoder& operator=(marathon_decoder&&) noexcept;

  /// Sets `out` to what the event says; `host` and `arrival_ns` are for one that says none.
  /// Otherwise why it is no JSON value, on one line; then `out` is without meaning. REQUIRES:
  /// `host` is legal in a topic.
  std::optional<std::string> decode(std::string_view json, std::string_view host,
                                    std::int64_t arrival_ns, marathon_event& out);

 private:
  class body;
  std::unique_ptr<body> body_;
};

}  // namespace logio::wire
