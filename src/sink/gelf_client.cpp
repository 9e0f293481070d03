#include "logio/sink/gelf_client.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <utility>

#include "logio/base/result.hpp"
#include "logio/net/content_encoder.hpp"
#include "logio/wire/gelf_encoder.hpp"
#include "sink/datagram_client.hpp"
#include "sink/stream_client.hpp"

namespace logio::sink {
namespace {

using net::peer_datagrams;

class gelf_stream_client final : public stream_client {
 public:
  gelf_stream_client(const sink_options& options, std::string hub_host)
      : stream_client(options), encoder_(std::move(hub_host)) {}

 private:
  void append(std::string& out, const item& i) override {
    encoder_.append(out, i.record, *i.topic);
    out += '\0';
  }

  wire::gelf_encoder encoder_;
};

std::unique_ptr<net::content_encoder> make_compressor(std::string_view how) {
  if (how == "gzip") return net::make_gzip_encoder();
  if (how == "zlib") return net::make_zlib_encoder();
  LOGIO_ASSERT(how.empty() || how == "none", "GELF is compressed by gzip, zlib or not at all");
  return nullptr;
}

class gelf_datagram_client final : public datagram_client {
 public:
  gelf_datagram_client(const sink_options& options, std::string hub_host)
      : datagram_client(options),
        encoder_(std::move(hub_host)),
        compressor_(make_compressor(options.compress)),
        datagram_bytes_(options.chunk_bytes) {
    LOGIO_ASSERT(datagram_bytes_ > wire::gelf_chunk_head_bytes, "a chunk has room for its head");
    // A peer tells messages apart by their numbers alone, so they begin somewhere else for each
    // sink and each start.
    std::random_device random;
    next_id_ = std::uint64_t{random()} << 32 | random();
  }

 private:
  peer_datagrams::sent send_record(const item& i, net::deadline_time deadline,
                                   remarks& out) override;
  peer_datagrams::sent send_chunks(std::string_view message, std::size_t count,
                                   net::deadline_time deadline, remarks& out);

  wire::gelf_encoder encoder_;
  std::unique_ptr<net::content_encoder> compressor_;
  std::size_t datagram_bytes_;
  std::uint64_t next_id_ = 0;
  std::string message_, compressed_;
};

peer_datagrams::sent gelf_datagram_client::send_record(const item& i, net::deadline_time deadline,
                                                       remarks& out) {
  message_.clear();
  encoder_.append(message_, i.record, *i.topic);
  std::string_view message = message_;
  if (compressor_) {
    compressor_->encode(message_, compressed_);
    message = compressed_;
  }
  const std::size_t count = wire::gelf_chunk_count(message.size(), datagram_bytes_);
  if (count > wire::gelf_chunks_max) {
    out.refusal = fmt::format(
        "a message of {} bytes{} takes {} chunks of {}, GELF over UDP has at most {}: use gelf+tcp",
        message.size(), compressor_ ? " after compression" : "", count, datagram_bytes_,
        wire::gelf_chunks_max);
    return peer_datagrams::sent::too_long;
  }
  const auto sent = send_chunks(message, count, deadline, out);
  if (sent == peer_datagrams::sent::too_long) {
    out.refusal = fmt::format(
        "{}: a datagram of {} bytes is too long for the network there: lower "
        "chunk_bytes",
        way().address(), std::min(message.size(), datagram_bytes_));
  }
  return sent;
}

peer_datagrams::sent gelf_datagram_client::send_chunks(std::string_view message, std::size_t count,
                                                       net::deadline_time deadline, remarks& out) {
  const auto piece = [](std::string_view bytes) {
    return iovec{const_cast<char*>(bytes.data()), bytes.size()};
  };
  if (count == 1) {
    const iovec whole = piece(message);
    const auto sent = way().send({&whole, 1}, deadline);
    if (sent == peer_datagrams::sent::handed) out.sent_bytes = message.size();
    return sent;
  }
  const std::uint64_t id = next_id_++;
  const std::size_t payload = datagram_bytes_ - wire::gelf_chunk_head_bytes;
  for (std::size_t sequence = 0; sequence < count; ++sequence) {
    char head[wire::gelf_chunk_head_bytes];
    wire::put_gelf_chunk_head(head, id, sequence, count);
    const iovec chunk[] = {piece({head, sizeof head}),
                           piece(message.substr(sequence * payload, payload))};
    const auto sent = way().send(chunk, deadline);
    if (sent != peer_datagrams::sent::handed) return sent;
    out.sent_bytes += chunk[0].iov_len + chunk[1].iov_len;
  }
  return peer_datagrams::sent::handed;
}

}  // namespace

std::unique_ptr<client> make_gelf_client(const sink_options& options, std::string hub_host) {
  LOGIO_ASSERT(options.kind == kind::gelf && options.over != transport::none,
               "a GELF sink has a transport");
  if (options.over == transport::udp) {
    return std::make_unique<gelf_datagram_client>(options, std::move(hub_host));
  }
  return std::make_unique<gelf_stream_client>(options, std::move(hub_host));
}

}  // namespace logio::sink
