/// Publishes an application's lines to a hub, and never keeps the application waiting.
///
///     logio::client::publisher log = logio::client::from_environment();  // environment.hpp
///     log.add("hello");
///     log.flush(std::chrono::seconds(2));
///
/// add() puts a line into a bounded buffer; one background thread looks up names, connects, sends,
/// resends after a cut and hears what the hub acknowledges. What was never sent is dropped first,
/// the oldest before the others; what was sent is kept until it is acknowledged, so that a cut
/// neither loses nor doubles a line:
///
///     add() -> [ queue: oldest dropped first ] -> [ flight: numbered, kept ] -> acknowledged
///
/// A hub that does not greet within greeting_timeout may be an original one, which acknowledges
/// nothing: it is sent records all the same, and they count as unconfirmed. The newest of them are
/// kept, up to half of the buffer: if it greets after all, or on the next connection, it was only
/// slow, and nothing is lost or doubled. If the next connection is silent, too, they are taken for
/// sent. A hub that greeted once is never taken for an original one; it is waited for. A program
/// that ends tells neither kind that this was all before it knows which it is.
///
/// What was dropped is published in its place, when the hub is back, as a record of severity warn:
/// `Error L10 (output buffer overflow): N messages dropped since TIME.`
///
/// After a fork the parent goes on as if nothing had happened. In the child the publisher is a new
/// one with the same options: it is another client, has none of the parent's lines, counts from 0,
/// and starts its thread with its first line. (A child that only calls exec needs none of this.)
///
/// Ownership:      owns its thread, which may outlive the object for as long as a name server does
///                 not answer: then it shares the buffer and touches nothing else.
/// Thread safety:  add(), flush() and stats() from any thread; on_event is called on the background
///                 thread. fork() from any thread but that.
/// Errors:         add() has none: what cannot be kept is counted. Those of hubs go to on_event.
/// Limits:         buffer_bytes_max of allocated memory and records_max records, in the queue and
///                 in flight; half of the bytes may be in flight. A line of text_bytes_max.
/// Source:         README, "Publish".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace logio::client {

/// A longer text is cut, and ends in ` [cut: N bytes]`, as the hub itself would do.
inline constexpr std::size_t text_bytes_max = 1 << 20;

struct hub_address {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port = 7701;
};

struct event {
  enum class what : std::uint8_t {
    connected,  ///< the hub takes records; `text` is `HOST:PORT`
    original,   ///< so, but it acknowledges nothing
    away,       ///< no hub takes records (any more); said once until the next connected
    refused,    ///< the hub refused a record or the topic; `text` is its own message
    dropped,    ///< lines were dropped; `text` says how many, as the record that tells it does
    forked,     ///< the first line after a fork, in the child; `text` is empty
  };
  what kind;
  std::string_view text;  ///< one line
};

struct publisher_options {
  std::vector<hub_address> hubs;  ///< at least one, tried in this order
  std::string app, proc, host;
  std::size_t buffer_bytes_max = std::size_t{64} << 20;
  std::size_t records_max = 1'000'000;
  std::chrono::milliseconds connect_timeout{5'000};   ///< for one address
  std::chrono::milliseconds greeting_timeout{2'000};
  std::chrono::milliseconds first_retry{200};         ///< each up to a quarter more or less
  std::chrono::milliseconds longest_retry{15'000};
  std::chrono::milliseconds end_timeout{0};           ///< of close() by the destructor
  bool start_at_first_record = false;  ///< the thread; otherwise it connects at once
  /// If nobody handles SIGTERM when the thread starts, it sends what is left, for up to 5 s, before
  /// it ends the process.
  bool sends_on_sigterm = false;
  /// Called for each change, and for the first 10 refusals. Must not call the publisher.
  std::function<void(const event&)> on_event;
};

struct record {
  std::string_view text;     ///< any bytes, without the line end
  std::int64_t time_ns = 0;  ///< since 1970
  std::string_view severity = {};  ///< empty, or a word that the hub knows: `warn`
  std::string_view fields = {};    ///< empty, or a JSON object: `{"stream":"stderr"}`
  std::uint64_t left_out_bytes = 0;  ///< of the line, behind `text`
};

/// The time of day, as records have it.
inline std::int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

/// added = acknowledged + refused + dropped + unconfirmed, always.
struct publisher_stats {
  std::uint64_t added = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint64_t dropped = 0;      ///< never sent, and never will be
  std::uint64_t unconfirmed = 0;  ///< not yet, or not any more: sent without an answer
  std::uint64_t sent_plain = 0;   ///< of these: sent to a hub that acknowledges nothing
};

class line_buffer;

class publisher {
 public:
  /// One that publishes nothing: add() does nothing, flush() has nothing to wait for.
  publisher() noexcept = default;
  /// Starts the thread, with all signals blocked in it.
  explicit publisher(publisher_options options);
  /// As close(options.end_timeout), unless it was closed.
  ~publisher();
  publisher(const publisher&) = delete;
  publisher& operator=(const publisher&) = delete;

  /// Whether it publishes.
  explicit operator bool() const noexcept { return shared_ != nullptr; }

  void add(const record& line);

  /// A line with the time of the call; one line end (`\n` or `\r\n`) at its end is left out.
  void add(std::string_view text, std::string_view severity = {}, std::string_view fields = {});

  /// Waits until the hub has acknowledged what was added before. False: the time is over, or some
  /// of it was dropped meanwhile. A refused record counts as acknowledged. An original hub, which
  /// acknowledges nothing, makes it wait to the end: there close() is what can be sure.
  bool flush(std::chrono::milliseconds deadline);

  /// Sends what is left, tells the hub that this is all, and waits for what it acknowledges. After
  /// it the counts do not change: what was not sent is dropped. Once; nothing may be added after.
  publisher_stats close(std::chrono::milliseconds deadline);

  publisher_stats stats() const;

 private:
  friend class fork_guard;
  struct shared;
  void start();
  void renew_after_fork();
  std::shared_ptr<line_buffer> buffer() const;

  std::shared_ptr<shared> shared_;
  std::thread thread_;
};

}  // namespace logio::client
