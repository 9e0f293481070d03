#include "sink/stream_client.hpp"

#include <algorithm>
#include <exception>

#include "sink/only_peer.hpp"

namespace logio::sink {
namespace {

std::optional<net::peer_tls_options> tls_of(const sink_options& options) {
  if (options.over != transport::tls) return std::nullopt;
  const tls_options& tls = options.tls;
  return net::peer_tls_options{tls.ca_file, tls.cert_file, tls.key_file, tls.verify};
}

}  // namespace

stream_client::stream_client(const sink_options& options)
    : stream_(only_peer(options).host, only_peer(options).port, tls_of(options)),
      timeout_(options.timeout) {}

void stream_client::deliver(std::span<const item> items, outcome& out) {
  out = {};
  out.fates.assign(items.size(), fate::pending);
  if (items.empty()) return;
  try {
    deliver_all(items, out);
  } catch (const std::exception& e) {
    out.error = stream_.address() + ": " + e.what();
  }
  if (!out.error.empty()) stream_.close();
  if (std::ranges::count(out.fates, fate::pending) == 0) out.error.clear();
  if (buffer_.capacity() > buffer_bytes_idle_max) std::string().swap(buffer_);
}

void stream_client::deliver_all(std::span<const item> items, outcome& out) {
  const auto deadline = std::chrono::steady_clock::now() + timeout_;
  if (!make_ready(deadline)) {
    out.error = stream_.error();
    return;
  }
  buffer_.clear();
  ends_.clear();
  for (const item& i : items) {
    append(buffer_, i);
    ends_.push_back(buffer_.size());
  }
  const std::uint64_t before = stream_.written_bytes();
  const bool went = stream_.write_all(buffer_, deadline) && stream_.await_acknowledged(deadline);
  if (!went) out.error = stream_.error();
  out.sent_bytes = stream_.written_bytes() - before;
  const std::uint64_t acknowledged = stream_.acknowledged_bytes();
  for (std::size_t i = 0; i < ends_.size() && before + ends_[i] <= acknowledged; ++i) {
    out.fates[i] = fate::delivered;
  }
}

bool stream_client::make_ready(net::deadline_time deadline) {
  // A peer that was started anew has closed the connection: that is no failure.
  if (stream_.connected() && stream_.still_open()) return true;
  stream_.close();
  return stream_.connect(deadline);
}

}  // namespace logio::sink
