#include "../examples/spdlog_sink.hpp"

#include <spdlog/spdlog.h>

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "scripted_hub.hpp"

namespace logio::client {
namespace {

bool has(const std::string& record, const std::string& part) {
  return record.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("spdlog's messages keep severity, time, logger and thread") {
  scripted_hub hub;
  publisher_options options;
  options.hubs = {{"127.0.0.1", hub.port()}};
  options.app = "shop";
  publisher to(std::move(options));
  spdlog::logger log("ord\"ers", std::make_shared<spdlog_sink>(to));
  log.set_level(spdlog::level::trace);
  log.set_pattern("no %v pattern");

  using spdlog::level::level_enum;
  const std::pair<level_enum, const char*> levels[] = {
      {spdlog::level::trace, "trace"}, {spdlog::level::debug, "debug"},
      {spdlog::level::info, "info"},   {spdlog::level::warn, "warn"},
      {spdlog::level::err, "error"},   {spdlog::level::critical, "fatal"}};
  const std::int64_t before_ns = now_ns();
  for (const auto& [level, word] : levels) log.log(level, "paid {} \"{}\"", 3, word);
  log.log(spdlog::source_loc{"shop.cpp", 17, "pay"}, spdlog::level::info, "with its place");

  auto c = hub.accept();
  c.read_line();
  for (const auto& [level, word] : levels) {
    const std::string record = c.read_line();
    CHECK(has(record, R"("raw":"paid 3 \")" + std::string(word) + R"(\"","severity":")" + word +
                          R"(","fields":{"logger":"ord\"ers","thread":)" +
                          std::to_string(spdlog::details::os::thread_id()) + "}}"));
  }
  CHECK(has(c.read_line(), R"("source":"shop.cpp:17"}})"));

  const spdlog::log_clock::time_point then{std::chrono::seconds(1'481'062'461)};
  log.log(then, spdlog::source_loc{}, spdlog::level::info, "then");
  CHECK(has(c.read_line(), R"({"time":"2016-12-06T22:14:21.000000000Z","raw":"then")"));
  CHECK(now_ns() >= before_ns);

  c.greet(8);
  log.flush();
  CHECK(to.stats().acknowledged == 8);
}

}  // namespace logio::client
