/// A data directory with a writer on it, for the journal's tests.
#pragma once

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "logio/journal/writer.hpp"
#include "made_segment.hpp"

namespace logio::journal {

inline constexpr std::uint64_t epoch = 7;
inline const record::topic shop{"shop", "web", "h1"};

inline writer_options quick() {
  writer_options o;
  o.fsync = fsync_policy::never;
  o.keep.disk_free_min = 0;
  o.keep.age_max = std::chrono::hours(24 * 365 * 100);  // the records are of 1970
  return o;
}

inline writer_options small_segments() {
  writer_options o = quick();
  o.segment_bytes = 64 << 10;
  return o;
}

inline constexpr std::chrono::seconds patience{20};

/// A directory with a writer on it.
struct open_log {
  explicit open_log(const std::string& path, const writer_options& options = quick()) {
    auto opened = directory::open(path, "pid 1");
    REQUIRE(opened.has_value());
    in = std::move(*opened);
    next = in->recovered().next_position;
    REQUIRE_FALSE(in->begin_epoch({epoch, next, 0}));
    to = std::make_unique<writer>(*in, options, segment_head{epoch, next, 0, 0},
                                  writer_events{[this] { progress.fetch_add(1); },
                                                [this](auto) { writes.fetch_add(1); },
                                                [this](auto) { syncs.fetch_add(1); }});
  }

  /// Records that arrived at as many seconds as their batch's first position.
  bool append(std::uint32_t count, std::string_view client = {}, std::uint32_t topic = 3,
              const record::topic& name = shop) {
    const auto records = numbered(next, count);
    const batch b{next, static_cast<std::int64_t>(next) * second, count, topic,
                  {records.data(), records.bytes()}, client, next};
    if (!to->try_append(b, name)) return false;
    next += count;
    return true;
  }

  template <class Condition>
  bool wait_until(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      to->wait_for_room(std::chrono::milliseconds(1));
    }
    return true;
  }
  bool wait_for_all() {
    return wait_until([this] { return to->durable_position() == next; });
  }
  std::uint64_t close() { return to->close(std::chrono::steady_clock::now() + patience); }

  std::unique_ptr<directory> in;
  std::unique_ptr<writer> to;
  std::uint64_t next = 1;
  std::atomic<int> progress{0}, writes{0}, syncs{0};
};

}  // namespace logio::journal
