/// A sink as it is configured: a URL, with options in its query or beside it.
///
///     syslog+tcp://host:514?format=rfc3164&app=shop&app=bank
///     kafka+tls://user:${KAFKA_PASSWORD}@b1:9093,b2/logs-%Y%m%d?sasl_mechanism=PLAIN
///     elasticsearch+https://user@host/logs-%Y.%m.%d?password_file=/run/secrets/elastic
///     file:///var/log/{app}/%Y%m%d.log?rotate_bytes=1GiB
///
/// What is percent-encoded is decoded, and in the query `+` is a space; but `%Y %m %d %H` in the
/// path are parts of the event time and never escapes (write an escape that begins with d in
/// capitals: `%D0`). `${NAME}` stands for a variable of the environment, `$${` for `${`; what a
/// variable holds needs no escapes. The form of the path is sink::sink_options::path's.
///
/// Options that are not given have the defaults of sink::sink_options; format has the first word
/// of its kind, and for elasticsearch batch_records is 5000 and batch_bytes 4MiB, since each bulk
/// request is answered with a line for each record. Files of secrets and certificates are read at
/// once, so that a bad one is told now; relative ones are relative to the working directory.
///
/// Ownership:      results own their values.
/// Thread safety:  free functions: any thread. They read files, and change nothing.
/// Errors:         all that is wrong with the sink, each as a phrase that goes on behind its URL:
///                 `has a bad timeout: '10' is no duration: ...`; never with a secret, or with what
///                 a variable holds.
/// Limits:         a URL of at most 16 KiB; secrets of 64 KiB, PEM files of 4 MiB.
/// Source:         RFC 3986; README, "Sinks".
#pragma once

#include <boost/system/result.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/environment.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::config {

/// An option that stands beside the URL. One that may be repeated is given as often.
struct sink_setting {
  enum class type : unsigned char { text, number, boolean };

  std::string name;
  std::string value;  ///< numbers in decimal, booleans as true or false
  type given = type::text;
  unsigned line = 0;  ///< of the file
};

struct sink_problem {
  std::string why;
  unsigned line = 0;  ///< of the setting that is to blame; 0: the URL, or the sink as a whole
};

using sink_problems = std::vector<sink_problem>;  ///< at least one
using parsed_sink = boost::system::result<sink::sink_options, sink_problems>;

/// The name is empty where none is given: see name_sinks().
parsed_sink parse_sink_url(std::string_view url, const environment& env,
                           std::span<const sink_setting> settings = {});

/// All problems in one phrase.
std::string joined(const sink_problems& problems);

/// A URL as it may be shown, good or bad: without secrets.
std::string shown_sink_url(std::string_view url);

/// Names those that have no name after their kind, host, port and path (`syslog-host-514`), with
/// `-2`, `-3` ... behind it where that name is taken. What a sink has sent is remembered by its
/// name, so sinks of one peer should be given names: else their order decides which is which.
void name_sinks(std::span<sink::sink_options> sinks);

}  // namespace logio::config
