/// logio_relay: the least that anything between publishers and subscribers must do.
///
/// One thread copies whole lines from whoever connects to one port to everybody who connects to
/// another, and looks at nothing but the line ends. It is the benchmark's yardstick: what the
/// kernel and the sockets cost, and so the best that a hub could reach.
///
/// A subscriber gets `ready\n` first. A subscriber whose unsent bytes pass 256 MiB is dropped.

#include "fan_out.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace logio::bench {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;

class relay_publisher final : public fan_out_publisher {
 public:
  relay_publisher(fan_out<relay_publisher>& to, descriptor socket, poller& events)
      : fan_out_publisher(std::move(socket), events), to_(to) {}

  void on_ready(std::uint32_t) override {
    static std::vector<char> buffer(read_bytes);
    std::memcpy(buffer.data(), begun_.data(), begun_.size());
    const std::size_t n = read(std::span(buffer).subspan(begun_.size()));
    if (n == 0) return;
    const std::string_view bytes(buffer.data(), begun_.size() + n);
    const std::size_t end = bytes.rfind('\n') + 1;  // 0 when there is none
    to_.send(bytes.substr(0, end));
    begun_ = bytes.substr(end);
    gone_ = begun_.size() == buffer.size();
  }

 private:
  fan_out<relay_publisher>& to_;
  std::string begun_;  // of a line whose end has not come
};

class relay {
 public:
  [[noreturn]] void run() {
    const auto make = [this](descriptor socket, poller& events) {
      return std::make_unique<relay_publisher>(all_, std::move(socket), events);
    };
    all_.run("ready\n", make, [] {});
  }

 private:
  fan_out<relay_publisher> all_;
};

}  // namespace
}  // namespace logio::bench

int main() { return logio::bench::run_server<logio::bench::relay>("logio_relay"); }
