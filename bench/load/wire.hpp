#pragma once

#include "series.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace logio::bench {

/// The systems that the generator can drive.
enum class system_kind { logio, nats, rsyslog, relay };

/// How logio's publishers send.
enum class publish_format { json, lines, stamped };

/// A system's bytes: what its clients write, and what they must get back.
///
/// A line, in and out, is the same seven pieces; a system differs only in the texts between them:
///
///     before  TIME  low-digits  after  LEAD  middle(index)  CHECKSUM  end
///
/// `####` in a text stands for the topic's four digits.
struct line_shape {
  std::string before;
  time_style time = time_style::none;
  enum class digits { none, trimmed, all } low_digits = digits::none;
  std::string after;
  enum class text { plain, json, shown } middle = text::plain;
  std::string end;
  /// False where the peer stamps the line itself: the time's form is checked, not its value.
  bool time_known = true;
};

/// The protocol adapter of one system.
struct wire {
  system_kind system = system_kind::logio;
  line_shape in;
  line_shape out;

  /// What a publisher writes first.
  std::string publisher_greeting(std::uint32_t topic) const;
  /// What a subscriber writes first; `query` is the group's, with `{i}` replaced.
  std::string subscriber_greeting(const std::string& query) const;
  publish_format format = publish_format::json;
  std::string answer_query;  ///< what a subscriber's query has besides, for another format
};

/// The adapter for a system, a logio input format and a series.
/// Throws std::invalid_argument for a mixed series where a newline ends a line.
wire make_wire(system_kind system, publish_format format, series::kind kind);

/// Replaces `####` by the topic's digits.
std::string with_topic(std::string text, std::uint32_t topic);

}  // namespace logio::bench
