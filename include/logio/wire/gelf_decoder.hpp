/// Decodes GELF messages into records: what gelf_encoder makes comes back, and so does what others
/// put into theirs.
///
///     text       full_message, else short_message, else message (as some senders call it)
///     time       timestamp: seconds, as a number or a string with one; else the arrival's
///     severity   level, 0 to 7 as syslog counts; else unknown
///     host       host
///     app, proc  _app, _proc
///     fields     all others, `_name` as `name`, each with its JSON type; `version` is dropped
///
/// Nothing that a message says is lost: a host, app or proc that is no legal topic value, and a
/// timestamp or level that is none, leave the caller's value in their place and become fields. So
/// does a short_message that full_message does not begin with. Of fields that come to the same name
/// the first counts; of all else that is repeated the last, in any case of letters. `null` is as
/// absent.
///
/// Ownership:      owns what it needs again and again; a record owns its values.
/// Thread safety:  distinct objects.
/// Errors:         what is no GELF message is told with the reason, and changes nothing else.
/// Limits:         options below; JSON nested at most 64 deep. Bytes that are not UTF-8 pass
///                 through unchanged, a lone surrogate escape becomes U+FFFD.
/// Source:         GELF Payload Specification 1.1 (Graylog documentation).
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

struct gelf_record {
  record::topic topic;
  record::head head;   ///< complete: it goes into a batch with text and fields as they are
  std::string text;    ///< over its limit it ends in ` [cut: N bytes]`
  std::string fields;  ///< a MessagePack map, or empty
  std::uint64_t replaced_surrogates = 0;
};

class gelf_decoder {
 public:
  struct options {
    std::size_t line_bytes_max = std::size_t{1} << 20;     ///< of a text; at least 64
    std::size_t object_bytes_max = std::size_t{16} << 20;  ///< of a message
  };

  explicit gelf_decoder(options limits);
  gelf_decoder();
  ~gelf_decoder();
  gelf_decoder(gelf_decoder&&) noexcept;
  gelf_decoder& operator=(gelf_decoder&&) noexcept;

  /// Sets `out` to what the message says, and to `otherwise` and `arrival_ns` where it says nothing
  /// that can be used. Otherwise why it is no GELF message, on one line; then `out` is without
  /// meaning. REQUIRES: `otherwise` is a legal topic.
  std::optional<std::string> decode(std::string_view json, const record::topic_view& otherwise,
                                    std::int64_t arrival_ns, gelf_record& out);

 private:
  class body;
  std::unique_ptr<body> body_;
};

}  // namespace logio::wire
