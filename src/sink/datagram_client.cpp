#include "sink/datagram_client.hpp"

#include <exception>
#include <utility>

#include "sink/only_peer.hpp"

namespace logio::sink {

using net::peer_datagrams;
using std::chrono::steady_clock;

datagram_client::datagram_client(const sink_options& options)
    : way_(only_peer(options).host, only_peer(options).port), timeout_(options.timeout) {}

void datagram_client::deliver(std::span<const item> items, outcome& out) {
  out = {};
  out.fates.assign(items.size(), fate::pending);
  try {
    deliver_all(items, out);
  } catch (const std::exception& e) {
    out.error = way_.address() + ": " + e.what();
  }
  if (!out.error.empty()) way_.close();
}

void datagram_client::deliver_all(std::span<const item> items, outcome& out) {
  const auto now = steady_clock::now();
  if (!make_ready(now)) {
    out.error = way_.error();
    return;
  }
  std::size_t last_handed = items.size();
  const auto nobody_listens = [&] {
    out.error = way_.error();
    if (last_handed != items.size()) out.fates[last_handed] = fate::pending;
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    remarks said;
    const auto sent = send_record(items[i], now + timeout_, said);
    out.sent_bytes += said.sent_bytes;
    if (sent == peer_datagrams::sent::failed) return nobody_listens();
    if (sent == peer_datagrams::sent::too_long) {
      out.fates[i] = fate::refused;
      out.refusals.push_back({i, std::move(said.refusal)});
      continue;
    }
    out.fates[i] = fate::delivered;
    out.cut_records += said.cut ? 1 : 0;
    last_handed = i;
  }
  if (way_.refused() && last_handed != items.size()) nobody_listens();
}

bool datagram_client::make_ready(net::deadline_time now) {
  if (way_.is_open() && now - looked_up_ < lookup_age_max) return true;
  way_.close();
  looked_up_ = now;
  return way_.open(now + timeout_);
}

}  // namespace logio::sink
