#pragma once

#include "block_image.hpp"
#include "latency.hpp"
#include "net.hpp"
#include "options.hpp"
#include "publisher.hpp"
#include "report.hpp"
#include "server_process.hpp"
#include "subscriber.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace logio::bench {

/// One run from the first connection to the last checked line, on one thread.
///
/// connect the readers and the active publishers → one block each, checked → connect the idle ones
/// → warm up → measure → drain → account for every line.
class engine {
 public:
  explicit engine(const options& wanted);
  ~engine();

  /// Throws wrong_bytes, std::system_error or std::runtime_error when the run is worth nothing.
  outcome run();

 private:
  class acceptor;
  struct mark;

  mark here() const;
  void measure(outcome& out);

  void connect_readers();
  void connect_active();
  void connect_idle();
  void accept_readers();
  void prime();

  void flow_until(std::uint64_t deadline_ns);
  void send_closed();
  void send_open();
  void send_paced(std::uint64_t now);
  void send_steady(std::uint64_t now);
  void read_slow(bool all);
  void sample_memory(std::uint64_t now);

  /// Polls until `done` or the patience is over; then fails with `what`.
  void wait_for(const char* what, const std::function<bool()>& done);
  bool all_received() const;
  void drain_closed();
  void drain_shedding();

  std::uint64_t wanted_by(const subscriber& reader) const;
  std::uint64_t worst_lag() const;
  std::uint64_t delivered() const;
  void account(outcome& out) const;
  void add_subscribers(bool receiving);

  options options_;
  wire protocol_;
  series lines_;
  expectation expected_;
  block_image image_;
  server_process server_;
  poller events_;
  std::unique_ptr<latency> ages_;
  std::vector<std::unique_ptr<acceptor>> acceptors_;
  std::vector<std::unique_ptr<subscriber>> subscribers_;
  std::vector<subscriber*> gating_;
  std::vector<std::unique_ptr<publisher>> publishers_;
  std::vector<std::uint64_t> sent_to_topic_;
  std::uint64_t sent_ = 0;
  std::size_t turn_ = 0;
  std::uint64_t next_line_ns_ = 0;
  std::uint64_t next_slow_ns_ = 0;
  std::uint64_t next_sample_ns_ = 0;
  std::uint64_t resident_peak_ = 0;
  std::uint64_t resident_peak_about_ = 0;  // above this it is read again
};

}  // namespace logio::bench
