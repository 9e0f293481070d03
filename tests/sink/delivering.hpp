// Records to deliver, and what became of them.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/record/batch_builder.hpp"
#include "logio/record/topic.hpp"
#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink::testing {

inline constexpr std::int64_t time_ns = 1'481'062'461'448'123'456;
inline constexpr std::uint64_t epoch = 0x00c0ffee12345678;

class records {
 public:
  void add(std::string_view text, std::uint8_t severity = 9) {
    record::batch_builder& batch = batches_.emplace_back(4096);
    batch.append({.time_ns = time_ns, .severity = severity}, text);
    const std::uint64_t position = items_.size() + 1;
    items_.push_back({*batch.view().begin(), &topic_, time_ns, epoch, position, false});
  }
  std::span<const item> items() const { return items_; }
  std::span<const item> from(std::size_t first) const { return items().subspan(first); }

 private:
  record::topic topic_{"shop", "web", "h1"};
  std::deque<record::batch_builder> batches_;
  std::vector<item> items_;
};

// `ddrp`: the fates in order, delivered, refused or pending.
inline std::string fates(const outcome& out) {
  std::string all;
  for (const fate f : out.fates) all += f == fate::delivered ? 'd' : f == fate::refused ? 'r' : 'p';
  CHECK(out.error.empty() == (all.find('p') == std::string::npos));
  CHECK(out.refusals.size() == static_cast<std::size_t>(std::ranges::count(all, 'r')));
  return all;
}

inline outcome deliver(client& to, std::span<const item> items) {
  outcome out;
  to.deliver(items, out);
  return out;
}

inline sink_options options_of(kind what, transport over, std::uint16_t port) {
  sink_options o;
  o.kind = what;
  o.over = over;
  o.peers = {{"127.0.0.1", port}};
  o.timeout = std::chrono::milliseconds(10'000);
  return o;
}

}  // namespace logio::sink::testing
