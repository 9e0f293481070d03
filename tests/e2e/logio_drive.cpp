/// Drives the client of logio: sinks as a runner does, told line by line what to do.
///
///     logio_drive PORT EPOCH [TIMEOUT_MS]
///     send FIRST COUNT   offers records with these positions, in batches, what is pending again
///                        and again until nothing is; prints one JSON object at the end
///
/// A record's text is `n=POSITION`, a line end and a byte that is not UTF-8; its topic is one of
/// the apps a0 to a7, its severity 1 to 24, its field `n` the position.
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "logio/base/json_string.hpp"
#include "logio/sink/logio_client.hpp"
#include "sink/support.hpp"

namespace {

using namespace logio;

constexpr std::int64_t first_time_ns = 1'481'062'461'448'123'456;
constexpr std::uint64_t batch_records = 500;

std::uint64_t number(std::string_view text) {
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

/// {"n": position} as MessagePack.
std::string fields_of(std::uint64_t position) {
  std::string out = "\x81\xa1n\xce";
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(position >> shift & 0xff);
  return out;
}

class driver {
 public:
  driver(const sink::sink_options& options, std::uint64_t epoch)
      : client_(sink::make_logio_client(options, epoch + 1)), epoch_(epoch) {}

  void send(std::uint64_t first, std::uint64_t count) {
    std::uint64_t delivered = 0, refused = 0, failed = 0;
    std::string error;
    for (std::uint64_t at = first; at < first + count; at += batch_records) {
      sink::testing::offered_records made(at);
      for (std::uint64_t n = at; n < std::min(at + batch_records, first + count); ++n) {
        made.add({fmt::format("a{}", n % 8), "web", "h1"}, fmt::format("n={}\n\xff", n),
                 first_time_ns + static_cast<std::int64_t>(n),
                 static_cast<record::severity_number>(n % 24 + 1), fields_of(n));
      }
      std::vector<sink::item> left = made.items();
      for (sink::item& i : left) i.epoch = epoch_;
      while (!left.empty()) {
        sink::outcome out;
        client_->deliver(left, out);
        std::size_t kept = 0;
        for (std::size_t i = 0; i < left.size(); ++i) {
          if (out.fates[i] == sink::fate::delivered) ++delivered;
          if (out.fates[i] == sink::fate::refused) ++refused;
          if (out.fates[i] == sink::fate::pending) left[kept++] = left[i];
        }
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(kept), left.end());
        if (out.error.empty()) continue;
        ++failed;
        error = out.error;
        client_->close();
        pollfd nothing{};
        ::poll(&nothing, 0, 20);  // the runner's back-off
      }
    }
    std::string line = fmt::format("{{\"delivered\":{},\"refused\":{},\"failed\":{},\"error\":",
                                   delivered, refused, failed);
    base::append_json_string(line, error);
    fmt::print("{}}}\n", line);
    std::fflush(stdout);
  }

 private:
  std::unique_ptr<sink::client> client_;
  const std::uint64_t epoch_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: logio_drive PORT EPOCH [TIMEOUT_MS]\n");
    return 64;
  }
  sink::sink_options options;
  options.kind = sink::kind::logio;
  options.over = sink::transport::tcp;
  options.name = "up";
  options.peers = {{"127.0.0.1", static_cast<std::uint16_t>(number(argv[1]))}};
  if (argc > 3) options.timeout = std::chrono::milliseconds(number(argv[3]));
  driver drive(options, number(argv[2]));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string what;
    std::uint64_t first = 0, count = 0;
    words >> what >> first >> count;
    if (what == "send") drive.send(first, count);
  }
  return 0;
}
