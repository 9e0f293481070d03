/// What one sink can be told: where its peer is, which records it takes, how it goes about it.
///
/// Made from a URL (`syslog+tcp://host:514?format=rfc3164`) or from a `[[sink]]` table, by config.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
/// Limits:         as said at each; config refuses what is outside.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace logio::sink {

enum class kind : std::uint8_t {
  in_memory,      ///< in-memory:
  syslog,         ///< syslog: (UDP), syslog+tcp:, syslog+tls:
  gelf,           ///< gelf+udp:, gelf+tcp:, gelf+tls:
  kafka,          ///< kafka:
  elasticsearch,  ///< elasticsearch:, elasticsearch+https:
  file,           ///< file:
  logio,          ///< logio:, logios:
};

enum class transport : std::uint8_t { none, udp, tcp, tls };

struct peer_address {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  bool operator==(const peer_address&) const = default;
};

/// What happens to records that the peer does not take fast enough.
enum class when_full : std::uint8_t {
  drop_oldest,  ///< a queue in memory, `queue_bytes` long; the oldest go and are counted
  spill,        ///< they stay in the journal until their turn comes, or retention deletes them
};

/// Which records a sink takes: the patterns of a subscription.
struct selection {
  std::vector<std::string> app, proc, host;  ///< whole values; any of them
  std::vector<std::string> log, exclude;
  std::string severity;  ///< at least: a name or 1-24; empty: any
  bool operator==(const selection&) const = default;
};

struct secret_options {
  std::string user, password;  ///< basic authentication; SASL
  std::string token;           ///< API key
  bool operator==(const secret_options&) const = default;
};

struct tls_options {
  std::string ca_file;             ///< trusted roots instead of the system's
  std::string cert_file, key_file;  ///< our own certificate
  bool verify = true;              ///< false: any certificate will do
  bool operator==(const tls_options&) const = default;
};

struct sink_options {
  sink::kind kind = sink::kind::in_memory;
  transport over = transport::none;
  /// 1-64 of [A-Za-z0-9._-], unique in a hub: what it has sent and not is remembered by it.
  std::string name;
  std::string shown_url;            ///< as it was given, secrets as ***
  std::vector<peer_address> peers;  ///< kafka and elasticsearch: one or more; others one or none
  /// Behind the host: kafka's topic, elasticsearch's index, the file's path; with a leading slash
  /// for file only. A template, in which all but these stands for itself: `%Y %m %d %H`, parts of
  /// the event time in UTC; `{app} {proc} {host}`, for file only; `%%`, a percent; `%{`, a brace.
  /// Nothing else follows a `%`, and for file no other `{` is in it.
  std::string path;
  sink::selection selection;
  secret_options secrets;
  tls_options tls;

  std::optional<when_full> on_full;  ///< default: spill with a data directory, else drop_oldest
  std::uint64_t queue_bytes = std::uint64_t{64} << 20;
  std::uint64_t batch_records = 10'000;
  std::uint64_t batch_bytes = std::uint64_t{1} << 20;
  std::chrono::milliseconds batch_age{100};  ///< a batch that is not full waits this long at most
  std::uint64_t rate_records = 0;            ///< a second; 0: no limit
  std::uint64_t rate_bytes = 0;              ///< a second, of what is sent; 0: no limit
  std::chrono::milliseconds timeout{10'000};  ///< for connecting and for each answer
  /// A batch that the peer did not take for so long is given to the dead letters; 0: never.
  std::chrono::milliseconds retry_max_age{0};

  /// `format`: syslog rfc5424|rfc3164|marathon-logger, kafka json|gelf|text, file text|ndjson.
  std::string format;
  // syslog
  std::uint8_t facility = 1;              ///< 0-23; `user`
  bool octet_framing = true;              ///< framing=octet; else newline
  std::string sd_id = "logio@32473";
  /// gelf over UDP: gzip, zlib or none; kafka: lz4, zstd or none; elasticsearch: gzip or none;
  /// file: gzip, zstd or none, and so none when empty.
  std::string compress;
  // gelf
  std::uint32_t chunk_bytes = 1420;       ///< of a datagram
  // kafka
  /// PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, with secrets.user and secrets.password; empty: no SASL.
  std::string sasl_mechanism;
  /// Each record with app, proc, host, time and severity as headers; false: key and value only.
  bool headers = true;
  // in-memory
  std::uint64_t max_length = 100;         ///< records
  // elasticsearch
  bool data_stream = false;
  bool install_template = false;
  // file
  std::uint64_t rotate_bytes = 0;         ///< 0: by name only

  bool operator==(const sink_options&) const = default;
};

}  // namespace logio::sink
