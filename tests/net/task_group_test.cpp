#include "logio/net/task_group.hpp"

#include <catch2/catch_test_macros.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <stdexcept>

#include "logio/base/log.hpp"
#include "logio/base/result.hpp"
#include "net/support.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;

/// What children report.
struct book {
  int started = 0;
  int ended = 0;
  int aborted = 0;
};

task<> at_once(book& b) {
  ++b.started;
  ++b.ended;
  co_return;
}

task<> waits(executor ex, book& b) {
  ++b.started;
  timer t(ex, 1h);
  const auto [error] = co_await t.async_wait(asio::as_tuple(use_task));
  if (error == asio::error::operation_aborted) ++b.aborted;
  ++b.ended;
}

task<> waits_and_throws(executor ex, book& b) {
  ++b.started;
  timer t(ex, 1h);
  co_await t.async_wait(use_task);
}

task<> throws(book& b) {
  ++b.started;
  throw std::runtime_error("an error of the test");
  co_return;
}

TEST_CASE("children start in a later turn, and leave the group when they end") {
  asio::io_context context{1};
  task_group group(context.get_executor());
  book b;
  group.spawn(at_once(b));
  group.spawn(at_once(b));
  CHECK(b.started == 0);
  CHECK(group.size() == 2);
  int empty = 0;
  group.when_empty([&] { ++empty; });
  context.run_for(10s);
  CHECK(b.ended == 2);
  CHECK(group.size() == 0);
  CHECK(empty == 1);
  group.when_empty([&] { ++empty; });  // there is none: now
  CHECK(empty == 2);
}

TEST_CASE("a closed group takes nothing new and lets the old ones end") {
  asio::io_context context{1};
  task_group group(context.get_executor());
  book b;
  group.spawn(at_once(b));
  group.close();
  CHECK(group.closed());
  group.spawn(at_once(b));
  CHECK(group.size() == 1);
  context.run_for(10s);
  CHECK(b.started == 1);
}

TEST_CASE("cancel() ends every wait, also of children that then throw") {
  asio::io_context context{1};
  task_group group(context.get_executor());
  book b;
  for (int i = 0; i < 3; ++i) group.spawn(waits(context.get_executor(), b));
  group.spawn(waits_and_throws(context.get_executor(), b));
  REQUIRE(run_until(context, [&] { return b.started == 4; }));
  bool empty = false;
  group.when_empty([&] { empty = true; });
  CHECK_FALSE(empty);
  group.cancel();
  REQUIRE(run_until(context, [&] { return empty; }));
  CHECK(b.aborted == 3);
  CHECK(group.size() == 0);
}

TEST_CASE("what a child throws is logged and ends nothing else") {
  base::configure_log({base::log_level::error, base::log_format::text});
  asio::io_context context{1};
  task_group group(context.get_executor());
  book b;
  group.spawn(throws(b));
  group.spawn(at_once(b));
  context.run_for(10s);
  CHECK(b.started == 2);
  CHECK(b.ended == 1);
  CHECK(group.size() == 0);
  base::configure_log({});
}

}  // namespace
}  // namespace logio::net
