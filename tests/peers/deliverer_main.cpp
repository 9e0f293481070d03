// A sink's client by itself, for tests before real servers.
//
// usage: sink_deliverer syslog|gelf udp|tcp|tls HOST PORT [KEY=VALUE]...
//
// Standard input is what an app publishes: a topic object, then records. What one read holds is one
// delivery, and what became of it one line on standard output:
//     {"fates":"ddp","sent_bytes":512,"cut_records":0,"refusals":["…"],"error":"…"}
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logio/base/clock.hpp"
#include "logio/base/json_string.hpp"
#include "logio/record/batch_builder.hpp"
#include "logio/sink/gelf_client.hpp"
#include "logio/sink/syslog_client.hpp"
#include "logio/wire/publish_decoder.hpp"

namespace {

using namespace logio;

constexpr std::uint64_t epoch = 0x00c0ffee12345678;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "sink_deliverer: %s\n", why.c_str());
  std::exit(64);
}

void set(sink::sink_options& o, std::string_view argument) {
  const std::size_t equals = argument.find('=');
  const std::string_view key = argument.substr(0, equals);
  const std::string value(equals == std::string_view::npos ? "" : argument.substr(equals + 1));
  if (key == "format") {
    o.format = value;
  } else if (key == "framing") {
    o.octet_framing = value == "octet";
  } else if (key == "compress") {
    o.compress = value;
  } else if (key == "ca_file") {
    o.tls.ca_file = value;
  } else if (key == "timeout_ms") {
    o.timeout = std::chrono::milliseconds(std::stoi(value));
  } else {
    fail("unknown option " + std::string(argument));
  }
}

std::unique_ptr<sink::client> make_client(int count, char** arguments) {
  if (count < 5) fail("syslog|gelf udp|tcp|tls HOST PORT [KEY=VALUE]...");
  const std::string_view what = arguments[1], over = arguments[2];
  sink::sink_options o;
  o.over = over == "udp"   ? sink::transport::udp
           : over == "tcp" ? sink::transport::tcp
                           : sink::transport::tls;
  o.peers = {{arguments[3], static_cast<std::uint16_t>(std::stoi(arguments[4]))}};
  for (int i = 5; i < count; ++i) set(o, arguments[i]);
  o.kind = what == "syslog" ? sink::kind::syslog : sink::kind::gelf;
  if (what == "syslog") return sink::make_syslog_client(o);
  return sink::make_gelf_client(o, "hub-host");
}

void tell(const sink::outcome& out) {
  std::string line = "{\"fates\":\"";
  for (const sink::fate f : out.fates) {
    line += f == sink::fate::delivered ? 'd' : f == sink::fate::refused ? 'r' : 'p';
  }
  line += "\",\"sent_bytes\":" + std::to_string(out.sent_bytes) +
          ",\"cut_records\":" + std::to_string(out.cut_records) + ",\"refusals\":[";
  for (const auto& refusal : out.refusals) {
    if (line.back() != '[') line += ',';
    base::append_json_string(line, refusal.why);
  }
  line += "],\"error\":";
  base::append_json_string(line, out.error);
  std::printf("%s}\n", line.c_str());
  std::fflush(stdout);
}

class deliverer {
 public:
  explicit deliverer(sink::client& to) : to_(to) { decoder_.set_arrival(base::unix_now_ns()); }

  void take(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto [consumed, state] = decoder_.feed(bytes, batch_);
      bytes.remove_prefix(consumed);
      if (state == wire::publish_decoder::status::failed) {
        fail(decoder_.refusals().back().message);
      }
      deliver();
    }
  }

 private:
  void deliver() {
    if (batch_.empty()) return;
    std::vector<sink::item> items;
    for (const record::view r : batch_.view()) {
      items.push_back(
          {r, &decoder_.request().topic, base::unix_now_ns(), epoch, ++position_, false});
    }
    sink::outcome out;
    to_.deliver(items, out);
    tell(out);
    batch_.clear();
  }

  sink::client& to_;
  wire::publish_decoder decoder_;
  record::batch_builder batch_{1 << 20};
  std::uint64_t position_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const std::unique_ptr<sink::client> to = make_client(count, arguments);
  deliverer through(*to);
  std::vector<char> bytes(1 << 20);
  for (ssize_t n = 0; (n = ::read(STDIN_FILENO, bytes.data(), bytes.size())) > 0;) {
    through.take({bytes.data(), static_cast<std::size_t>(n)});
  }
  to->close();
  return 0;
}
