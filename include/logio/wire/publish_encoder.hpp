/// Renders a topic object and records as a publisher sends them: what publish_decoder reads.
///
///     {"app":"shop","proc":"web","ack":true,"client":"…","sequence":17,"numbered":true}
///     {"time":"2016-12-06T22:14:21.448000000Z","raw":"hello\n"}
///     {"time":"…","raw":"…\n","sequence":21,"severity":9,"fields":{…}}
///
/// A record goes through a publish_decoder unchanged: time, severity, fields, and its text byte for
/// byte, line ends and bytes that are not UTF-8 included (so the stream need not be UTF-8, as RFC
/// 8259, section 8.1 wants it). One without severity and fields has the stock client's exact shape,
/// whose reading is fast; readers that know nothing else ignore the other keys.
///
/// Ownership:      borrows everything for the call; keeps the last rendered second.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <string>

#include "logio/record/record.hpp"
#include "logio/record/time.hpp"
#include "logio/wire/publish_decoder.hpp"

namespace logio::wire {

/// Appends the topic object with a newline; what has its default value is left out.
/// REQUIRES: the topic is legal.
void append_topic_object(std::string& out, const publish_request& request);

class publish_encoder {
 public:
  /// Appends `r` with a newline; `number`: the one that it brings, 0: none. Fields that are not
  /// well-formed are left out.
  void append(std::string& out, const record::view& r, std::uint64_t number = 0);

 private:
  record::rfc3339_writer time_;
};

}  // namespace logio::wire
