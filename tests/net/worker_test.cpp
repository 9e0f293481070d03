#include "logio/net/worker.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

#include "logio/net/task_group.hpp"
#include "support.hpp"

using namespace logio;

namespace {

struct seen {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
};

net::task<> work(net::worker& w, net::executor back, seen& out, int number, int times) {
  for (int i = 0; i < times; ++i) {
    std::thread::id of_work;
    co_await w.run(back, [&of_work] { of_work = std::this_thread::get_id(); });
    out.order.push_back(number);
    out.threads.push_back(of_work);
    out.threads.push_back(std::this_thread::get_id());
  }
}

}  // namespace

TEST_CASE("work runs on one other thread, in turn, and who waits goes on where it was") {
  asio::io_context context{1};
  net::worker w("test");
  net::task_group tasks(context.get_executor());
  seen out;
  tasks.spawn(work(w, context.get_executor(), out, 1, 2));
  tasks.spawn(work(w, context.get_executor(), out, 2, 2));
  REQUIRE(net::run_until(context, [&] { return tasks.size() == 0; }));
  CHECK(out.order.size() == 4);
  for (std::size_t i = 0; i < out.threads.size(); ++i) {
    const bool own = out.threads[i] == std::this_thread::get_id();
    CHECK(own == (i % 2 == 1));
    if (!own) CHECK(out.threads[i] == out.threads[0]);
  }
}

TEST_CASE("join() runs what waits, and a worker without work has nothing to end") {
  {
    net::worker idle("idle");
  }
  asio::io_context context{1};
  net::worker w("test");
  net::task_group tasks(context.get_executor());
  seen out;
  tasks.spawn(work(w, context.get_executor(), out, 1, 1));
  context.run_one();  // up to the first work
  w.join();
  context.restart();
  CHECK(net::run_until(context, [&] { return tasks.size() == 0; }));
  CHECK(out.order.size() == 1);
}
