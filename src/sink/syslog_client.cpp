#include "logio/sink/syslog_client.hpp"

#include <fmt/core.h>

#include "logio/base/result.hpp"
#include "logio/wire/syslog_encoder.hpp"
#include "sink/datagram_client.hpp"
#include "sink/stream_client.hpp"

namespace logio::sink {
namespace {

using net::peer_datagrams;
using wire::syslog_encoder;

syslog_encoder make_encoder(const sink_options& options, wire::syslog_framing framing,
                            std::size_t message_bytes_max) {
  using wire::syslog_format;
  syslog_format format = syslog_format::rfc5424;
  if (options.format == "rfc3164") {
    format = syslog_format::rfc3164;
  } else if (options.format == "marathon-logger") {
    format = syslog_format::marathon_logger;
  } else {
    LOGIO_ASSERT(options.format.empty() || options.format == "rfc5424",
                 "a syslog sink's format is rfc5424, rfc3164 or marathon-logger");
  }
  return syslog_encoder({format, framing, options.facility, options.sd_id, message_bytes_max});
}

class syslog_stream_client final : public stream_client {
 public:
  explicit syslog_stream_client(const sink_options& options)
      : stream_client(options),
        encoder_(make_encoder(options,
                              options.octet_framing ? wire::syslog_framing::octet_counting
                                                    : wire::syslog_framing::newline,
                              0)) {}

 private:
  void append(std::string& out, const item& i) override {
    encoder_.append(out, i.record, *i.topic, i.epoch, i.position);
  }

  syslog_encoder encoder_;
};

class syslog_datagram_client final : public datagram_client {
 public:
  explicit syslog_datagram_client(const sink_options& options)
      : datagram_client(options),
        encoder_(make_encoder(options, wire::syslog_framing::datagram, syslog_datagram_bytes_max)) {
  }

 private:
  peer_datagrams::sent send_record(const item& i, net::deadline_time deadline,
                                   remarks& out) override {
    message_.clear();
    out.cut = !encoder_.append(message_, i.record, *i.topic, i.epoch, i.position);
    const iovec piece{message_.data(), message_.size()};
    const auto sent = way().send({&piece, 1}, deadline);
    if (sent == peer_datagrams::sent::handed) out.sent_bytes = message_.size();
    if (sent == peer_datagrams::sent::too_long) {
      out.refusal = fmt::format("{}: a datagram of {} bytes is too long for the network there",
                                way().address(), message_.size());
    }
    return sent;
  }

  syslog_encoder encoder_;
  std::string message_;
};

}  // namespace

std::unique_ptr<client> make_syslog_client(const sink_options& options) {
  LOGIO_ASSERT(options.kind == kind::syslog && options.over != transport::none,
               "a syslog sink has a transport");
  if (options.over == transport::udp) return std::make_unique<syslog_datagram_client>(options);
  return std::make_unique<syslog_stream_client>(options);
}

}  // namespace logio::sink
