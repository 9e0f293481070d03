/// logio_sketch: the hub's work per line without the hub.
///
/// One thread decodes what publishers send with the hub's own decoder, renders it once with the
/// hub's own encoder, and sends the same bytes to everybody who connects. There is no ring, no
/// dispatcher, no filter, no bound but a drop at 256 MiB unsent: the difference to the hub is what
/// the log, its readers and its promises cost.

#include "../relay/fan_out.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logio/record/topic.hpp"
#include "logio/wire/publish_decoder.hpp"
#include "logio/wire/text_encoder.hpp"

namespace logio::bench {
namespace {

constexpr std::size_t read_bytes = 128 * 1024;
constexpr std::size_t batch_bytes = 64 * 1024;
constexpr std::size_t chunk_bytes = 256 * 1024;
constexpr std::string_view answer_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view line_end = "\r\n";
constexpr std::size_t chunk_head_bytes = sizeof "00000000\r\n" - 1;

class sketch;

class sketch_publisher final : public fan_out_publisher {
 public:
  sketch_publisher(sketch& owner, descriptor socket, poller& events)
      : fan_out_publisher(std::move(socket), events), owner_(owner) {}

  void on_ready(std::uint32_t events) override;

 private:
  void decode(std::string_view bytes);

  sketch& owner_;
  wire::publish_decoder decoder_;
  std::string prefix_;
};

class sketch {
 public:
  sketch() { start_chunk(); }

  [[noreturn]] void run() {
    const auto make = [this](descriptor socket, poller& events) {
      return std::make_unique<sketch_publisher>(*this, std::move(socket), events);
    };
    all_.run(answer_head, make, [this] { send_chunk(); });
  }

  /// Renders what a decoder has put into batch().
  void render(std::string_view prefix) {
    for (const record::view r : batch_.view()) {
      const std::size_t bound = wire::text_bound(prefix.size(), r);
      if (out_.size() - used_ < bound + line_end.size()) {
        send_chunk();
        if (out_.size() - used_ < bound + line_end.size()) out_.resize(used_ + bound + 2);
      }
      used_ = static_cast<std::size_t>(
          wire::encode_text(out_.data() + used_, r, prefix, time_) - out_.data());
    }
    batch_.clear();
  }

  record::batch_builder& batch() { return batch_; }

 private:
  void start_chunk() {
    out_.resize(chunk_bytes);
    used_ = chunk_head_bytes;
  }

  void send_chunk() {
    if (used_ == chunk_head_bytes) return;
    char head[chunk_head_bytes + 1];
    const auto body_bytes = static_cast<unsigned>(used_ - chunk_head_bytes);
    std::snprintf(head, sizeof head, "%08x\r\n", body_bytes);
    std::memcpy(out_.data(), head, chunk_head_bytes);
    std::memcpy(out_.data() + used_, line_end.data(), line_end.size());
    all_.send(std::string_view(out_).substr(0, used_ + line_end.size()));
    start_chunk();
  }

  fan_out<sketch_publisher> all_;
  record::batch_builder batch_{batch_bytes};
  record::text_time_writer time_;
  std::string out_;  // room for a chunk's head, lines, at least two more bytes
  std::size_t used_ = 0;
};

void sketch_publisher::on_ready(std::uint32_t) {
  static std::vector<char> buffer(read_bytes);
  const std::size_t n = read(buffer);
  if (n == 0) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  decoder_.set_arrival(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  decode({buffer.data(), n});
}

void sketch_publisher::decode(std::string_view bytes) {
  while (!bytes.empty() && !gone_) {
    const auto did = decoder_.feed(bytes, owner_.batch());
    bytes.remove_prefix(did.consumed);
    if (did.state == wire::publish_decoder::status::topic_ready) {
      const auto& topic = decoder_.request().topic;
      prefix_ = record::text_label({topic.app, topic.proc, topic.host});
    }
    gone_ = did.state == wire::publish_decoder::status::failed || !decoder_.refusals().empty();
    owner_.render(prefix_);
  }
}

}  // namespace
}  // namespace logio::bench

int main() { return logio::bench::run_server<logio::bench::sketch>("logio_sketch"); }
