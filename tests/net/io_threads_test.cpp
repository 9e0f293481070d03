#include "logio/net/io_threads.hpp"

#include <catch2/catch_test_macros.hpp>
#include <pthread.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <set>
#include <string>
#include <thread>

namespace logio::net {
namespace {

using namespace std::chrono_literals;

/// What `f` returns, run in the context's thread.
template <class F>
auto in(asio::io_context& context, F f) {
  auto task = std::make_shared<std::packaged_task<decltype(f())()>>(std::move(f));
  auto future = task->get_future();
  asio::post(context, [task] { (*task)(); });
  REQUIRE(future.wait_for(10s) == std::future_status::ready);
  return future.get();
}

TEST_CASE("each context runs in a thread of its own, which has its number in its name") {
  io_threads threads(3);
  REQUIRE(threads.size() == 3);
  threads.start();
  std::set<std::thread::id> ids{std::this_thread::get_id()};
  for (unsigned i = 0; i < threads.size(); ++i) {
    ids.insert(in(threads.context(i), [] { return std::this_thread::get_id(); }));
    // The thread is named from outside, just after it has begun.
    bool named = false;
    for (const auto end = clock::now() + 10s; !named && clock::now() < end;) {
      named = in(threads.context(i), [] {
        char name[16] = {};
        ::pthread_getname_np(::pthread_self(), name, sizeof name);
        return std::string(name);
      }) == "io-" + std::to_string(i);
    }
    CHECK(named);
  }
  CHECK(ids.size() == 4);
  threads.join();
}

TEST_CASE("join() lets the work that is there end first") {
  io_threads threads(2);
  bool done[2] = {};
  for (unsigned i = 0; i < 2; ++i) {
    asio::post(threads.context(i), [&threads, &done, i] {
      asio::post(threads.context(i), [&done, i] { done[i] = true; });
    });
  }
  threads.start();
  threads.join();
  CHECK((done[0] && done[1]));
}

TEST_CASE("stop() ends threads that still wait for something") {
  io_threads threads(1);
  timer far(threads.context(0).get_executor(), 1h);
  far.async_wait([](auto) {});
  threads.start();
  threads.stop();
  CHECK(far.expiry() > clock::now());
}

TEST_CASE("threads that were never started can be left") {
  const io_threads threads(2);
  CHECK(threads.size() == 2);
}

}  // namespace
}  // namespace logio::net
