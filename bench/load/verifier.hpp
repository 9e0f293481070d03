#pragma once

#include "series.hpp"
#include "wire.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace logio::bench {

class latency;

/// A peer sent what it should not have; the text says what and where.
struct wrong_bytes : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What every line of a run must look like; shared by all subscribers.
class expectation {
 public:
  expectation(const series& lines, const line_shape& shape, std::uint32_t topics);

  std::size_t head_bytes() const { return head_bytes_; }
  std::size_t lead_at() const { return head_bytes_ - series::lead_bytes; }
  /// Where comparing starts: behind a time that only the peer knows.
  std::size_t known_from() const { return known_from_; }
  bool time_known() const { return shape_.time_known; }
  std::string_view middle(std::size_t index) const { return middle_[index]; }
  /// The time's six digits below the millisecond.
  std::string_view low_digits(std::size_t index) const { return low_digits_[index]; }
  std::string_view end() const { return shape_.end; }
  char first_byte() const { return shape_.before.empty() ? '\0' : shape_.before[0]; }

  /// The constant part of a head; topic and lead of `publisher` included, time not.
  void make_head(char* out, std::uint32_t publisher) const;
  /// The parts that change with the block.
  void restamp(char* head, char* tail, std::uint32_t publisher, std::uint64_t block) const;

 private:
  line_shape shape_;
  std::uint32_t topics_;
  std::size_t head_bytes_ = 0;
  std::size_t known_from_ = 0;
  std::array<std::string, series::block_lines> middle_;
  std::array<std::string, series::block_lines> low_digits_;
};

/// Checks one subscriber's lines, byte for byte: content, order per publisher, count.
///
/// Bytes come in pieces cut anywhere. For each publisher it holds the head that the next line must
/// start with, remade once in 100 lines, so a line costs three short comparisons. Where a line is
/// not the one expected, it must be a notice of loss, or a later line of the same publisher: then
/// the lines between are a gap. At the end the gaps must equal what the notices said.
class verifier {
 public:
  verifier(const expectation& expected, std::uint32_t publishers, system_kind system);

  /// Checks bytes. Throws wrong_bytes.
  void feed(const char* bytes, std::size_t count);

  /// The parts of one line that came in an object: its time to the nanosecond, without zone, what
  /// stands between time and text, and where the text begins with `left` bytes behind it. Returns
  /// the text's bytes if this is the next line of the publisher whose turn it is; else 0, and
  /// nothing is taken: feed() knows what it is.
  std::size_t take_next(const char* time, std::string_view label, const char* text,
                        std::size_t left);

  /// Tells `ages` of each line from now on.
  void measure(latency* ages) { ages_ = ages; }

  std::uint64_t received() const { return received_; }
  /// Lines of any publisher that never came, although a later one did.
  std::uint64_t gaps() const { return gaps_; }
  /// Lines that need not be waited for: received, or known to be lost. A loss is known by its
  /// notice or by a later line, whichever comes first.
  std::uint64_t settled() const {
    const std::uint64_t announced = dropped_ + missed_;
    return received_ + (announced > gaps_ ? announced : gaps_);
  }
  std::uint64_t announced_dropped() const { return dropped_; }
  std::uint64_t announced_missed() const { return missed_; }
  std::uint64_t notices() const { return notices_; }
  std::uint64_t bytes() const { return bytes_; }
  /// True once, after the peer asked whether we are alive (nats).
  bool take_ping();

  /// Bytes that are part of a line whose rest has not come.
  std::size_t unfinished() const { return carry_.size(); }

 private:
  static constexpr std::size_t head_bytes_max = 80;
  static constexpr std::size_t line_bytes_max = 4096;

  struct position {
    char head[head_bytes_max];
    char tail[series::checksum_bytes + 2];
    std::uint32_t publisher;
    std::uint32_t index;
    std::uint64_t block;
  };

  std::size_t consume(const char* bytes, std::size_t count);
  void advance(position& next);
  using taken = std::optional<std::size_t>;
  taken consume_other(const char* at, std::size_t left);
  taken consume_control(const char* at, std::size_t left);
  taken consume_notice(std::string_view line);
  bool another_line_begins(const position& next, const char* at, std::size_t left) const;
  void skip_to(position& next, const char* at);
  void check_time(const char* at);
  position& at(std::uint32_t publisher);
  [[noreturn]] void fail(const char* why, const char* at, std::size_t left) const;

  const expectation* expected_;
  system_kind system_;
  std::uint32_t publishers_;
  position* current_ = nullptr;
  std::vector<std::unique_ptr<position>> positions_;
  std::string carry_;
  char peer_time_[23] = {};
  latency* ages_ = nullptr;
  std::uint64_t received_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t missed_ = 0;
  std::uint64_t notices_ = 0;
  std::uint64_t bytes_ = 0;
  bool pinged_ = false;
};

}  // namespace logio::bench
