/// Reads a hub's records, one after the other, over cuts and restarts of the hub.
///
///     logio::client::subscription stream({.hub = "http://hub:7702", .app = {"shop"}});
///     while (const auto item = stream.next()) {
///       if (const auto* r = std::get_if<logio::client::received_record>(&*item)) use(r->text);
///     }
///
/// next() waits for a record or a notice of loss. When a connection breaks, is silent for longer
/// than silence_max or is answered with 429 or 5xx, it connects again, with growing pauses, for
/// ever, and goes on behind the last record that it gave; before the first one, where the hub said
/// that the stream begins. `tail` and `since` are asked for only until then. A hub that does not
/// know the place any more, one without a data directory after a restart, says so by a loss
/// (continuity_lost) and goes on with the oldest that it has: some may then come twice.
///
/// Ownership:      owns its socket.
/// Thread safety:  one thread calls next() and error(); stop() from any thread. Not over a fork.
/// Errors:         next() gives nothing and error() is one line: an unusable URL, a hub that
///                 refuses the request (the hub's own words), an answer that is not a hub's.
///                 A cut is none: it goes on.
/// Limits:         a line of 128 MiB; the name server's answer is waited for, also by stop().
///                 https is an error: there is no TLS here. A proxy on this machine can add it.
/// Source:         README, "Subscribe".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace logio::client {

struct received_record {
  std::string cursor;         ///< opaque; says where it is, for subscription_options::after
  std::int64_t time_ns = 0;     ///< since 1970, as its publisher says
  std::int64_t arrived_ns = 0;  ///< since 1970, at the hub
  std::string app, proc, host;
  int severity = 0;           ///< 1 to 24, 9 is info; 0: unknown
  std::string text;           ///< UTF-8; what was not has become U+FFFD
  std::string fields;         ///< a JSON object, or empty
  std::string json;           ///< all of it, as the hub wrote it, in one line
};

/// In its place in the stream: here records are missing.
struct loss {
  enum class what : std::uint8_t {
    dropped,          ///< this reader was too slow; count is exact
    missed,           ///< gone before they were read; count is the most that they can be
    continuity_lost,  ///< the hub does not know any more what it had sent
  };
  what kind = what::dropped;
  std::optional<std::uint64_t> count;
  std::optional<std::int64_t> since_ns;
  std::string reason;  ///< `slow_subscriber`, `retention` and the others of the README
  std::string text;    ///< for people: `Error L10 (output buffer overflow): ...`
  std::string json;    ///< all of it, as the hub wrote it
};

using stream_item = std::variant<received_record, loss>;

/// Patterns are RE2, as the README has them; what is empty is not asked for.
struct subscription_options {
  std::string hub = "http://127.0.0.1:7702";  ///< may have user:password@ and a path
  std::vector<std::string> app = {}, proc = {}, host = {};  ///< any of them
  std::vector<std::string> log = {};      ///< all of them
  std::vector<std::string> exclude = {};  ///< none of them
  std::string severity = {};              ///< at least: `warn`, or 1 to 24
  std::string since = {}, until = {};     ///< RFC 3339, or an age: `10m`
  std::optional<std::uint64_t> tail = {};
  std::string after = {};                 ///< a cursor; not together with tail and since
  bool follow = true;                     ///< false, or with `until`: ends with what there is
  std::chrono::milliseconds connect_timeout{5'000};  ///< for one address
  std::chrono::milliseconds answer_timeout{10'000};
  std::chrono::milliseconds silence_max{45'000};     ///< a hub sends something every 15 s
  std::chrono::milliseconds first_retry{200};        ///< each up to a quarter more or less
  std::chrono::milliseconds longest_retry{15'000};
};

class subscription {
 public:
  /// Does not connect yet.
  explicit subscription(subscription_options options);
  ~subscription();
  subscription(const subscription&) = delete;
  subscription& operator=(const subscription&) = delete;

  /// The next record or loss; nothing: the stream is over, see error().
  std::optional<stream_item> next();

  /// A next() that waits gives nothing at once, and so does each one after it.
  void stop() noexcept;

  /// Why the stream is over: one line; empty if it was stopped or has come to its end.
  const std::string& error() const noexcept;

  /// Behind the last record that was given; empty before the hub's first answer.
  const std::string& cursor() const noexcept;

 private:
  class reader;
  std::unique_ptr<reader> reader_;
};

}  // namespace logio::client
