#include "logio/sink/logio_client.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "sink/hub_lane.hpp"
#include "sink/lane_id.hpp"

namespace logio::sink {
namespace {

using clock = std::chrono::steady_clock;

hub_peer make_peer(const sink_options& options, std::uint64_t own_epoch) {
  hub_peer out;
  out.at = options.peers.front();
  out.own_epoch = own_epoch;
  if (options.over == transport::tls) {
    const tls_options& tls = options.tls;
    out.tls = net::peer_tls_options{tls.ca_file, tls.cert_file, tls.key_file, tls.verify};
  }
  return out;
}

class logio_client final : public client {
 public:
  logio_client(const sink_options& options, std::uint64_t own_epoch)
      : options_(options), peer_(make_peer(options, own_epoch)) {}
  ~logio_client() override { close(); }

  void deliver(std::span<const item> items, outcome& out) override;
  void close() noexcept override;
  void interrupt() noexcept override;

 private:
  struct kept_lane {
    kept_lane(const lane_key& k, hub_peer& peer, std::string id)
        : key(k), lane(peer, k.topic, std::move(id)) {}
    const lane_key key;
    hub_lane lane;
  };
  /// A share with its lane, while both are well.
  struct trip {
    hub_lane* lane = nullptr;
    const lane_key* key = nullptr;
    lane_share share;
    bool well = true;
  };

  std::vector<trip> share_out(std::span<const item> items);
  void travel(std::span<trip> trips, std::span<const item> items, outcome& out);
  hub_lane& lane_of(const lane_key& key);
  void drop(const lane_key& key);

  const sink_options options_;
  hub_peer peer_;
  std::map<lane_key, std::size_t> places_;  // of one call, in its trips
  std::mutex mutex_;                        // of the list, not of what is in it; and of:
  bool interrupted_ = false;
  std::list<kept_lane> lanes_;  // the newest used first
};

void logio_client::deliver(std::span<const item> items, outcome& out) {
  out.fates.assign(items.size(), fate::pending);
  out.refusals.clear();
  out.sent_bytes = 0;
  out.error.clear();
  out.busy = false;
  try {
    std::vector<trip> trips = share_out(items);
    for (std::size_t at = 0; at < trips.size() && out.error.empty(); at += lanes_max) {
      travel(std::span(trips).subspan(at, std::min(lanes_max, trips.size() - at)), items, out);
    }
  } catch (const std::exception& e) {
    // Out of memory, most likely: what the lanes have sent is not known any more.
    out.error = fmt::format("{}: {}", options_.shown_url, e.what());
    close();
  }
}

/// By lane, in the order of their first records.
std::vector<logio_client::trip> logio_client::share_out(std::span<const item> items) {
  places_.clear();
  std::vector<trip> out;
  const item* last = nullptr;
  std::size_t place = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const item& it = items[i];
    const bool same = last != nullptr && it.topic == last->topic && it.epoch == last->epoch &&
                      it.resent == last->resent;
    if (!same) {
      const auto [found, is_new] =
          places_.try_emplace({*it.topic, it.resent ? 0 : it.epoch, it.resent}, out.size());
      if (is_new) out.emplace_back().key = &found->first;
      place = found->second;
      last = &it;
    }
    out[place].share.items.push_back(i);
  }
  return out;
}

/// Each step for all lanes before the next, so that the hub works on all of them at once.
void logio_client::travel(std::span<trip> trips, std::span<const item> items, outcome& out) {
  const clock::time_point deadline = clock::now() + options_.timeout;
  const auto step = [&](auto&& go) {
    for (trip& t : trips) t.well = t.well && go(t);
  };
  for (trip& t : trips) t.lane = &lane_of(*t.key);
  step([&](trip& t) { return t.lane->connect(items, t.share, deadline); });
  step([&](trip& t) { return t.lane->greet(items, t.share, deadline); });
  step([&](trip& t) { return t.lane->send(items, t.share, deadline, out.sent_bytes); });
  step([&](trip& t) { return t.lane->await(t.share, deadline); });
  for (trip& t : trips) {
    t.lane->tell_fates(t.share, out);
    if (t.well) continue;
    const bool pending = std::ranges::any_of(
        t.share.items, [&](std::size_t i) { return out.fates[i] == fate::pending; });
    if (pending && out.error.empty()) out.error = t.lane->error();
    drop(*t.key);
  }
}

/// Made if need be; then the longest unused goes. A call's lanes are the newest used.
hub_lane& logio_client::lane_of(const lane_key& key) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(lanes_, key, &kept_lane::key);
  if (found != lanes_.end()) {
    lanes_.splice(lanes_.begin(), lanes_, found);
    return lanes_.front().lane;
  }
  if (lanes_.size() >= lanes_max) {
    lanes_.back().lane.part();
    lanes_.pop_back();
  }
  std::string id = key.resent ? std::string() : lane_id(options_, key.topic, key.epoch);
  lanes_.emplace_front(key, peer_, std::move(id));
  if (interrupted_) lanes_.front().lane.interrupt();
  return lanes_.front().lane;
}

void logio_client::drop(const lane_key& key) {
  const std::lock_guard lock(mutex_);
  lanes_.remove_if([&](const kept_lane& k) { return k.key == key; });
}

void logio_client::close() noexcept {
  const std::lock_guard lock(mutex_);
  for (kept_lane& k : lanes_) k.lane.part();
  lanes_.clear();
}

void logio_client::interrupt() noexcept {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  for (kept_lane& k : lanes_) k.lane.interrupt();
}

}  // namespace

std::unique_ptr<client> make_logio_client(const sink_options& options, std::uint64_t own_epoch) {
  return std::make_unique<logio_client>(options, own_epoch);
}

}  // namespace logio::sink
