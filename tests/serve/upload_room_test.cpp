#include "serve/upload_room.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "logio/hub/hub.hpp"
#include "logio/net/task_group.hpp"
#include "logio/ring/readers.hpp"

namespace logio::serve {
namespace {

using namespace std::chrono_literals;

/// A hub with a small ring, held back by a gate that reads only when it is told to.
struct fixture {
  fixture() {
    hub::hub_options options;
    options.ring_bytes = 1 << 20;
    options.record_bytes_max = 64 << 10;
    hub = std::move(*hub::hub::open(options, {context.get_executor()}));
    room = std::make_unique<upload_room>(hub->at(0));
    topic = hub->topics().open({"a", "", ""}, 1, 0).value();
    gate = std::make_unique<ring::log_gate>(hub->ring(), 0);
    gate->join();
  }
  ~fixture() {
    gate->leave();
    room.reset();
  }

  void append(const std::string& text) {
    room->batch().append({}, text);
    room->append(topic, 1);
  }
  void fill() {
    for (int i = 0; i < 1000 && room->ready(); ++i, ++appended) append(std::string(10'000, 'x'));
    REQUIRE_FALSE(room->ready());
  }
  void run() {
    context.restart();
    context.run_for(5ms);
  }
  void read_all() {
    while (const ring::batch_header* batch = gate->peek()) {
      read += batch->count;
      gate->advance();
    }
    if (gate->take_stalled() != 0) hub->at(0).resume_from_elsewhere();
    run();
  }

  asio::io_context context{1};
  std::unique_ptr<hub::hub> hub;
  std::unique_ptr<upload_room> room;
  hub::topic_ptr topic;
  std::unique_ptr<ring::log_gate> gate;
  std::uint64_t appended = 0;
  std::uint64_t read = 0;
};

net::task<> wait(upload_room& room, std::vector<int>& order, int number) {
  co_await room.wait_ready();
  order.push_back(number);
}

TEST_CASE("an append is counted as http's part, an empty one is none") {
  fixture f;
  f.room->append(f.topic, 1);
  f.append("hello");
  CHECK(f.room->ready());
  CHECK(f.room->batch().empty());
  const auto& counters = f.hub->at(0).counters();
  CHECK(counters.received_records.get() == 1);
  CHECK(counters.received_records_http.get() == 1);
  CHECK(counters.received_bytes_http.get() == 5);
  CHECK(f.room->read_room().size() == upload_room::read_bytes);
}

TEST_CASE("a batch that finds the ring full waits, is appended when there is room, in order") {
  fixture f;
  f.fill();
  CHECK_FALSE(f.room->batch().empty());
  net::task_group tasks(f.context.get_executor());
  std::vector<int> order;
  tasks.spawn(wait(*f.room, order, 1));
  tasks.spawn(wait(*f.room, order, 2));
  f.run();
  CHECK(order.empty());
  f.read_all();
  CHECK(f.room->ready());
  for (int i = 0; i < 100 && tasks.size() != 0; ++i) f.run();
  CHECK(order.size() == 2);
  f.read_all();
  CHECK(f.read == f.appended);
  CHECK(f.hub->at(0).counters().received_records_http.get() == f.appended);
}

TEST_CASE("a wait can be cancelled, the batch is appended all the same") {
  fixture f;
  f.fill();
  net::task_group tasks(f.context.get_executor());
  std::vector<int> order;
  tasks.spawn(wait(*f.room, order, 1));
  f.run();
  tasks.cancel();
  for (int i = 0; i < 100 && tasks.size() != 0; ++i) f.run();
  CHECK(tasks.size() == 0);
  CHECK(order.empty());
  f.read_all();
  f.read_all();
  CHECK(f.read == f.appended);
}

}  // namespace
}  // namespace logio::serve
