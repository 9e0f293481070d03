#include "upload_room.hpp"

#include <boost/asio/as_tuple.hpp>

#include "logio/base/result.hpp"

namespace logio::serve {

std::span<char> upload_room::read_room() {
  if (read_room_ == nullptr) read_room_ = std::make_unique_for_overwrite<char[]>(read_bytes);
  return {read_room_.get(), read_bytes};
}

void upload_room::append(const hub::topic_ptr& topic, std::int64_t arrival_ns) {
  if (batch_.empty()) return;
  LOGIO_ASSERT(waiting_ == nullptr, "a batch is filled while none waits");
  waiting_ = topic;
  arrival_ns_ = arrival_ns;
  retry();
}

void upload_room::retry() {
  if (!try_append()) return shard_.when_room([this] { retry(); });
  waiting_.reset();
  batch_.clear();
}

bool upload_room::try_append() {
  if (!shard_.publish(*waiting_, batch_, arrival_ns_)) return false;
  shard_.counters().received_records_http.add(batch_.count());
  shard_.counters().received_bytes_http.add(batch_.text_bytes());
  return true;
}

net::task<> upload_room::wait_ready() {
  if (ready()) co_return;
  // A timer that never rings by itself: it can be cancelled with the coroutine that waits.
  const auto bell =
      std::make_shared<net::timer>(shard_.get_executor(), net::clock::time_point::max());
  while (!ready()) {
    shard_.when_room([bell] { bell->cancel(); });
    co_await bell->async_wait(asio::as_tuple(net::use_task));
  }
}

}  // namespace logio::serve
