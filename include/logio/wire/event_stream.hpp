/// Reads a stream of server-sent events, as Marathon's `GET /v2/events` sends it.
///
/// Sans I/O: what was read goes in, events come out.
///
///     reader.give(read);
///     for (;;) switch (reader.next()) {
///       need_more: read again, give
///       event:     type(), data()
///       too_long:  an event was passed over; passed_bytes() of data
///     }
///
/// Lines end in LF, CR LF or CR; the last two also cut by the end of a read. An event without data
/// is none, and one that is not ended by an empty line when the stream ends is none either: there
/// is nothing to be called for it.
///
/// Ownership:      what give() got is borrowed until next() says need_more. type() and data() live
///                 until the next call of next().
/// Thread safety:  distinct objects.
/// Errors:         none: what is no field of an event stream is passed over, as the standard says.
/// Limits:         `event_bytes_max` of data; an event with more is passed over in bounded memory.
///                 Names of fields and values of `event` over 256 bytes are passed over.
/// Source:         WHATWG HTML, 9.2.6, "Interpreting an event stream".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logio::wire {

class event_stream_reader {
 public:
  enum class state : std::uint8_t { need_more, event, too_long };

  explicit event_stream_reader(std::size_t event_bytes_max) noexcept
      : event_bytes_max_(event_bytes_max) {}

  /// REQUIRES: this is the beginning, or next() has said need_more.
  void give(std::string_view read) noexcept { rest_ = read; }
  state next();

  /// What `event:` named; empty: `message`. REQUIRES: the last next() said event.
  std::string_view type() const noexcept { return type_; }
  std::string_view data() const noexcept { return data_; }
  /// REQUIRES: the last next() said too_long.
  std::uint64_t passed_bytes() const noexcept { return data_bytes_; }

  /// Whether something of an event has come and its end has not. REQUIRES: next() says need_more.
  bool within_event() const noexcept {
    return has_data_ || part_ != part::begin || !next_type_.empty();
  }

  /// Comments since the beginning: Marathon's heartbeats, and those of others.
  std::uint64_t comments() const noexcept { return comments_; }

 private:
  /// Where in a line it is.
  enum class part : std::uint8_t { begin, name, before_value, value, passed };

  void take_line_part(std::string_view bytes);
  void begin_value();
  void take_value(std::string_view bytes);
  bool end_line();

  static constexpr std::size_t name_bytes_max = 256;

  const std::size_t event_bytes_max_;
  std::string_view rest_;
  std::string name_, type_, data_, next_type_;
  std::uint64_t data_bytes_ = 0;  // also those that were not kept
  std::uint64_t comments_ = 0;
  std::uint8_t mark_bytes_ = 0;  // of a byte order mark at the beginning
  part part_ = part::begin;
  bool in_data_ = false;       // the value is of `data`
  bool in_type_ = false;       // it is of `event`
  bool has_data_ = false;
  bool after_return_ = false;  // an LF now belongs to the CR before
  bool told_ = false;          // the event's values are the caller's until the next call
  bool begun_ = false;         // behind a byte order mark, or where none was
};

}  // namespace logio::wire
