#include "ship_input.hpp"

#include <utility>

#include "logio/base/log.hpp"

namespace logio::app {
namespace {

using base::log_level;

constexpr std::uint64_t refusals_told_max = 10;

}  // namespace

bool ship_input::hand_on() {
  std::unique_ptr<ship_piece> piece = writer_.take();
  while (piece && !to_.is_stopped()) (void)to_.push(piece, sink::clock::now() + look_interval);
  return !to_.is_stopped();
}

void ship_input::refuse(const std::string& why) {
  const std::uint64_t before = told_.refused.fetch_add(1, std::memory_order_relaxed);
  if (before < refusals_told_max) base::log(log_level::warn, ship_log, "{}", why);
  if (before + 1 == refusals_told_max) {
    base::log(log_level::warn, ship_log, "further ones are counted only");
  }
}

void ship_input::miss(std::uint64_t records, const std::string& why) {
  told_.missed.fetch_add(records, std::memory_order_relaxed);
  base::log(log_level::warn, ship_log, "{}", why);
}

void ship_input::fail(std::string why) {
  base::log(log_level::error, ship_log, "{}", why);
  if (told_.failure.empty()) told_.failure = std::move(why);
}

}  // namespace logio::app
