/// Writes records and the topic as the hub reads them.
///
/// A record takes 51 bytes more than its text, with `"fields":{"stream":"stderr"}` 80; and what its
/// text has of quotes, backslashes and control characters is escaped. Bytes that are not UTF-8 go
/// as they are: the hub keeps them.
///
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "logio/client/publisher.hpp"

namespace logio::client {

void append_json(std::string& out, std::string_view text);

class record_writer {
 public:
  /// Appends one line, with its line end.
  void append(std::string& out, const record& line);
  /// Appends what stands for `count` lines that were dropped.
  void append_loss(std::string& out, std::uint64_t count, std::int64_t since_ns,
                   std::int64_t now_ns);

 private:
  void append_time(std::string& out, std::int64_t time_ns, int digits);

  std::int64_t second_ = INT64_MIN;
  std::string second_text_;  // of second_: `2016-12-06T22:14:21.`
};

}  // namespace logio::client
