/// The background thread's work: one connection after another, for ever.
///
/// What is in flight is a queue of batches with consecutive numbers. The first is the oldest that
/// is not acknowledged in full; on a new connection all of them go again, from the first record
/// that is not acknowledged, under the numbers that they had.
///
/// Ownership:      borrows the buffer.
/// Thread safety:  none.
#pragma once

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "answer.hpp"
#include "line_buffer.hpp"

namespace logio::client {

class hub_link {
 public:
  explicit hub_link(line_buffer& buffer);

  /// Until all is settled after close(), or the buffer is abandoned.
  void run();

 private:
  enum class step : std::uint8_t { go_on, over };
  using steady = std::chrono::steady_clock;

  bool complete() const;
  void wait_before_retry();
  /// Over one connection; leaves in why_ what ended it.
  void talk(std::size_t hub);
  step write_some();
  step finish_sending();
  bool next_bytes();
  step read_some(std::size_t hub);
  void take_answer(const answer& a, std::size_t hub);
  step wait(std::size_t hub);
  step on_silence(std::size_t hub);
  void settle(std::uint64_t number);
  void forget_settled();
  void refuse(const answer& a);
  void note_plain();
  void release_plain(std::uint64_t number);
  void say(event::what kind, std::string_view text);
  std::string topic() const;

  line_buffer& buffer_;
  std::minstd_rand chance_;
  std::string client_;
  std::chrono::milliseconds retry_;
  std::vector<bool> known_;  // hubs that have greeted once
  std::deque<batch> flight_;
  std::uint64_t next_number_ = 1, acked_ = 0, refused_to_ = 0;
  std::uint64_t plain_to_ = 0;  // sent whole to a hub that did not greet
  int refusals_said_ = 0;
  bool away_said_ = false;

  // Of the present connection.
  int fd_ = -1;
  std::string topic_, why_;
  std::string_view out_;       // what is to be written next
  steady::time_point lull_until_;
  std::size_t sending_ = 0;    // batches of flight_ that are written or in out_
  bool greeted_ = false, plain_ = false, half_closed_ = false, error_said_ = false;
  std::uint64_t skip_ = 0;  // of the first batch: settled before this connection
  bool held_back_ = false;  // nothing but the topic goes before the greeting
  bool again_ = false;      // the connection is closed to be opened anew at once
  steady::time_point silent_until_;
  answer_reader answers_;
};

}  // namespace logio::client
