#include "service_link.hpp"

#include <fmt/core.h>

#include <utility>

#include "logio/base/log.hpp"
#include "logio/base/quantity.hpp"
#include "logio/hub/hub.hpp"

namespace logio::app {
namespace {

constexpr auto status_interval = std::chrono::seconds(5);
constexpr auto slack = std::chrono::seconds(5);  // for what the end does behind its deadlines

std::int64_t monotonic_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             net::clock::now().time_since_epoch())
      .count();
}

}  // namespace

service_link::service_link(const service_environment& manager, parts of)
    : notifier_(manager.notify_socket),
      watchdog_(manager.watchdog),
      listening_(std::move(of.listening)),
      hub_(of.counted),
      probe_(of.main.get_executor(), std::move(of.threads)),
      status_timer_(of.main.get_executor()),
      watchdog_timer_(of.main.get_executor()) {}

void service_link::ready() {
  if (!notifier_.is_on()) return;
  counted_at_ = net::clock::now();
  said_ = status();
  notifier_.certainly(fmt::format("READY=1\nSTATUS={}", said_));
  keep_status();
  if (watchdog_.count() != 0) keep_watchdog();
}

void service_link::begin_reload() {
  if (stopping_) return;
  notifier_.certainly(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_us()));
}

void service_link::end_reload() {
  if (!stopping_) notifier_.certainly("READY=1");
}

void service_link::stopping(std::chrono::milliseconds most) {
  if (std::exchange(stopping_, true)) return;
  status_timer_.cancel();
  notifier_.certainly(fmt::format(
      "STOPPING=1\nSTATUS=Draining: takes no more connections, ends within {}\n"
      "EXTEND_TIMEOUT_USEC={}",
      base::format_duration(most),
      std::chrono::duration_cast<std::chrono::microseconds>(most + slack).count()));
}

void service_link::leave() {
  if (watchdog_.count() != 0) notifier_.now("WATCHDOG=1");
}

std::string service_link::status() {
  std::uint64_t publishers = 0, subscribers = 0, records = 0;
  for (std::size_t i = 0; i < hub_.shard_count(); ++i) {
    const hub::shard_counters& c = hub_.at(i).counters();
    publishers += c.publishers.get();
    subscribers += c.subscribers.get();
    records += c.received_records.get();
  }
  const auto now = net::clock::now();
  const double seconds = std::chrono::duration<double>(now - counted_at_).count();
  const double rate = seconds < 0.1 ? 0 : static_cast<double>(records - records_) / seconds;
  records_ = records;
  counted_at_ = now;
  return fmt::format("Listening{}; {} publisher{}, {} subscriber{}, {:.0f} records/s", listening_,
                     publishers, publishers == 1 ? "" : "s", subscribers,
                     subscribers == 1 ? "" : "s", rate);
}

void service_link::keep_status() {
  status_timer_.expires_after(status_interval);
  status_timer_.async_wait([this](error_code error) {
    if (error || stopping_) return;
    if (std::string text = status(); text != said_) {
      said_ = std::move(text);
      notifier_.now("STATUS=" + said_);
    }
    keep_status();
  });
}

void service_link::keep_watchdog() {
  if (!probe_.is_under_way()) {
    probe_.ask([this] {
      notifier_.now("WATCHDOG=1");
      if (std::exchange(is_late_, false)) {
        base::log(base::log_level::info, {"service"}, "all I/O threads answer again");
      }
    });
  } else if (!std::exchange(is_late_, true)) {
    base::log(base::log_level::error, {"service"},
              "the thread io-{} has not answered for {} ms: the service manager will start the hub "
              "again after {} ms without an answer",
              probe_.first_silent(), watchdog_.count() / 2000, watchdog_.count() / 1000);
  }
  watchdog_timer_.expires_after(watchdog_ / 2);
  watchdog_timer_.async_wait([this](error_code error) {
    if (!error) keep_watchdog();
  });
}

}  // namespace logio::app
