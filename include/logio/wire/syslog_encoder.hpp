/// Renders records as syslog messages, framed for the way that they take.
///
///     <14>1 2016-12-06T22:14:21.448123Z h1 shop web - [logio@32473 cursor="…" k="7"] BOM text
///     <14>Dec  6 22:14:21 h1 shop[web]: text                                             rfc3164
///     <14>marathon-logger: text                                                  marathon_logger
///
/// Facility and severity (record::syslog_severity) make the number in front. Host, app and proc are
/// HOSTNAME, APP-NAME and PROCID: what is no printable US-ASCII becomes `_`, one for each
/// character, the end is cut at 255, 48 and 128 bytes, and what is empty is `-`. The structured
/// data hold the cursor and each field that is no array or map and whose name is a legal
/// PARAM-NAME; a field named `cursor` is left out, and all fields when they are not well-formed. A
/// text that is not UTF-8 gets U+FFFD for each ill-formed part. RFC 3164 has neither fields nor
/// year nor zone: its time is UTC; a `:` in its app becomes `_`, since the tag ends there.
/// marathon_logger is the datagram of the program of that name, which has nothing but the text, an
/// event's JSON; its severity is always info.
///
/// Framing:
///   datagram        nothing: one message is one datagram
///   octet_counting  the message's length and a space in front; any byte may be in the message
///   newline         a newline behind it; one inside becomes `#012`, as syslog daemons write it
///
/// Ownership:      borrows everything for the call.
/// Thread safety:  distinct objects.
/// Limits:         `message_bytes_max`, framing apart. What is longer is cut, and tells it: fields
///                 that would fill more than half of it are left out, then the text ends in
///                 ` [cut: N bytes]`.
/// Source:         RFC 5424; RFC 3164, section 4.1; RFC 6587, section 3.4; RFC 5426.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "logio/record/record.hpp"
#include "logio/record/time.hpp"
#include "logio/record/topic.hpp"

namespace logio::wire {

enum class syslog_format : std::uint8_t { rfc5424, rfc3164, marathon_logger };
enum class syslog_framing : std::uint8_t { datagram, octet_counting, newline };

/// Whether `name` is an SD-NAME: 1-32 printable US-ASCII characters but `=`, `]`, `"` and space.
bool is_syslog_name(std::string_view name) noexcept;

class syslog_encoder {
 public:
  static constexpr std::size_t message_bytes_least = 2048;

  struct options {
    syslog_format format = syslog_format::rfc5424;
    syslog_framing framing = syslog_framing::datagram;
    std::uint8_t facility = 1;          ///< 0-23
    std::string sd_id = "logio@32473";  ///< is_syslog_name()
    std::size_t message_bytes_max = 0;  ///< 0: any length, else at least message_bytes_least
  };

  /// REQUIRES: options as said at each.
  explicit syslog_encoder(options o);

  /// Appends the framed message. False: it was cut.
  bool append(std::string& out, const record::view& r, const record::topic_view& topic,
              std::uint64_t epoch, std::uint64_t position);

 private:
  void append_rfc5424_head(std::string& out, std::int64_t time_ns, const record::topic_view& topic);
  void append_rfc3164_head(std::string& out, std::int64_t time_ns, const record::topic_view& topic);
  bool append_structured_data(std::string& out, std::string_view fields, std::uint64_t epoch,
                              std::uint64_t position, std::size_t end_max) const;

  options options_;
  record::rfc3339_writer time_;
};

}  // namespace logio::wire
