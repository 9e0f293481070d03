/// A hub for the publisher's tests: each connection is served by the test, step by step.
///
/// Errors:  a wait that takes too long throws, which fails the test.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logio/client/publisher.hpp"

namespace logio::client {

inline constexpr std::chrono::seconds test_deadline{20};

class scripted_connection {
 public:
  explicit scripted_connection(int fd) noexcept : fd_(fd) {}
  ~scripted_connection() { close(); }
  scripted_connection(scripted_connection&& other) noexcept;
  scripted_connection& operator=(scripted_connection&&) = delete;

  /// The next line without its end; at the end of the connection empty.
  std::string read_line();
  std::vector<std::string> read_lines(std::size_t count);
  /// Exactly so many bytes, which may end within a record.
  std::string read_bytes(std::size_t count);
  void send(std::string_view bytes);
  void greet(std::uint64_t acked);
  void ack(std::uint64_t number);
  void close();
  /// Closes so that the peer sees a reset.
  void reset();

 private:
  bool fill();

  int fd_;
  std::string read_;
};

class scripted_hub {
 public:
  scripted_hub();
  ~scripted_hub();
  scripted_hub(const scripted_hub&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  scripted_connection accept();
  /// Connections are refused until open().
  void shut();
  void open();

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

/// Of a publisher that connects again at once, and takes no hub for an original one.
publisher_options options_for(const scripted_hub& hub);

/// The topic's `sequence`.
std::uint64_t sequence_of(std::string_view topic);
/// What stands between `"raw":"` and the next quote.
std::string raw_of(std::string_view record);

}  // namespace logio::client
