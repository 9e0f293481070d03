/// One publisher's connection.
///
///     reading ──► (stalled: the ring is full) ──► reading ──► EOF ────────────────► closed
///        └── reason to close: one error line, half-close ──► lingering (discards) ──► closed
///
/// To a publisher that did not ask for answers nothing is written before `lingering`: it may never
/// read, and its unread answers would turn its own close into a reset that loses data in flight.
///
/// Ownership:      owned by its publisher_set; handlers in flight keep it alive.
/// Thread safety:  belongs to the set's thread.
/// Limits:         answers wait in at most answer_bytes_max; beyond it nothing more is read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "logio/hub/client_table.hpp"
#include "logio/hub/topic_table.hpp"
#include "logio/input/publisher_set.hpp"
#include "logio/net/executor.hpp"
#include "logio/wire/publish_decoder.hpp"

namespace logio::input {

class publisher_session : public std::enable_shared_from_this<publisher_session> {
 public:
  publisher_session(publisher_set& owner, net::tcp_socket socket, net::accepted connection);
  ~publisher_session();

  void start();
  /// Reads what is there, then ends with `shutting_down`.
  void drain();
  /// Whether it may still publish.
  bool is_reading() const noexcept { return state_ == state::reading; }
  /// The deadline that was set has passed.
  void expire();
  /// Ends at once.
  void close();

  /// Memory of a record of which the end has not come yet.
  std::size_t held_bytes() const noexcept { return held_bytes_; }
  /// Ends because this one holds the most and all together hold too much.
  void give_up_input();

 private:
  static constexpr std::size_t answer_bytes_max = std::size_t{64} << 10;
  static constexpr std::size_t linger_bytes_max = std::size_t{64} << 20;

  enum class state : std::uint8_t { reading, lingering, closed };
  enum class step : std::uint8_t { done, stalled, ended };

  void wait_readable();
  void read_later();
  void on_readable();
  void discard();
  void decode();
  step decode_step();
  void finish();
  bool open_topic();
  bool publish_batch();
  bool append_as_client();
  void report_refusals();
  void account();
  void release_input() noexcept;
  void end_with(wire::publish_error why, std::string message);
  void end_after_refusal(const wire::refusal& why);
  void acknowledge();
  void note_appended();
  void wait_until_durable();
  void on_durable();
  void flush_answers();
  bool answers_wait() const noexcept { return answers_.size() > answered_; }
  void linger();
  void set_deadline(std::chrono::milliseconds in);
  void clear_deadline();
  std::string peer_name() const;

  publisher_set& set_;
  net::tcp_socket socket_;
  net::tcp::endpoint peer_;
  std::optional<net::connection_limit::ticket> ticket_;
  wire::publish_decoder decoder_;
  hub::topic_ptr topic_;
  hub::client_table::claim client_;
  std::optional<publisher_set::deadlines::iterator> deadline_;
  std::string answers_;          // to an acknowledged publisher, or the reason for the close
  std::size_t answered_ = 0;     // bytes of them that are written
  std::string_view rest_;        // of the set's buffer, while decode() is under way or stalled
  std::int64_t arrival_ns_ = 0;  // of the read under way
  hub::ack_ledger unsettled_;    // of an acknowledged publisher
  std::uint64_t decoded_through_ = 0;   // number of the last record that was decoded …
  std::uint64_t appended_through_ = 0;  // … and of the last one that is dealt with
  std::uint64_t acked_ = 0;
  std::size_t held_bytes_ = 0;   // accounted at the hub
  std::size_t lingered_bytes_ = 0;
  std::uint64_t skipped_ = 0;    // duplicates already counted
  state state_ = state::reading;
  bool draining_ = false;
  bool at_end_ = false;          // the peer has closed its side
  bool waiting_ = false;         // for the socket to be readable
  bool posted_ = false;          // a turn in the event loop
  bool writing_ = false;
  bool refusal_logged_ = false;
  bool greeted_ = false;
  bool settling_ = false;        // waits for the log to be durable
  bool stalled_ = false;         // waits for room, with a batch
  bool read_out_ = false;        // draining, and nothing more is read
};

}  // namespace logio::input
