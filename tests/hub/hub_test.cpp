#include "logio/hub/hub.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>

namespace logio::hub {
namespace {

TEST_CASE("a ring with no room for the largest record is refused") {
  boost::asio::io_context context;
  hub_options options;
  options.ring_bytes = 1 << 20;
  options.record_bytes_max = 1 << 20;
  CHECK(hub::open(options, {context.get_executor()}).error() == ring::ring_error::too_small);
}

TEST_CASE("the largest payload that the hub names fits into its ring") {
  boost::asio::io_context context;
  hub_options options;
  options.ring_bytes = 1 << 20;
  options.record_bytes_max = 4096;
  const auto made = hub::open(options, {context.get_executor()});
  REQUIRE(made);
  const std::vector<std::byte> payload((*made)->payload_bytes_max());
  CHECK(payload.size() > 4096);
  const auto appended = (*made)->ring().try_append({0, 1, 0, payload});
  CHECK(appended.status == ring::append_status::ok);
}

TEST_CASE("a cursor names the run and the position") {
  boost::asio::io_context context;
  const auto made = hub::open({}, {context.get_executor()});
  REQUIRE(made);
  const std::string cursor = (*made)->cursor(42);
  REQUIRE(cursor.size() == 16 + 3);
  CHECK(cursor.substr(16) == "-42");
  CHECK(std::stoull(cursor.substr(0, 16), nullptr, 16) == (*made)->epoch());
  const auto other = hub::open({}, {context.get_executor()});
  CHECK((*other)->epoch() != (*made)->epoch());
}

TEST_CASE("equal subscriptions are kept on one shard") {
  boost::asio::io_context a, b;
  const auto made = hub::open({}, {a.get_executor(), b.get_executor()});
  filter::spec s;
  s.app = {"shop"};
  CHECK(&(*made)->shard_for(s, 1) == &(*made)->shard_for(s, 1));
}

TEST_CASE("unfinished input is held up to its total") {
  boost::asio::io_context context;
  hub_options options;
  options.input_bytes_total = 100;
  const auto made = hub::open(options, {context.get_executor()});
  CHECK((*made)->hold_input(100));
  CHECK_FALSE((*made)->hold_input(1));
  CHECK((*made)->hold_input(-50));
  CHECK((*made)->hold_input(49));
}

}  // namespace
}  // namespace logio::hub
