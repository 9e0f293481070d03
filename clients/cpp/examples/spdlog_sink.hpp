/// A sink for spdlog: what is logged goes to the hub, too.
///
///     auto log = logio::client::from_environment();
///     auto sink = std::make_shared<logio::client::spdlog_sink>(log);
///     spdlog::default_logger()->sinks().push_back(sink);
///
/// The text is the message alone; time, severity, and the fields `logger`, `thread` and `source`
/// (`FILE:LINE`, from the macros) stand beside it, so that a pattern has nothing to add, and is not
/// used. log() never waits.
///
/// Ownership:      borrows the publisher.
/// Thread safety:  all of it, without a lock of its own.
/// Limits:         flush() waits flush_max for the hub. A logger with flush_on() calls it within
///                 the application's own call: there give 0, lines go out at once anyway.
/// Source:         spdlog 1.10, sinks/sink.h.
#pragma once

#include <spdlog/details/log_msg.h>
#include <spdlog/sinks/sink.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "logio/client/fields.hpp"
#include "logio/client/publisher.hpp"

namespace logio::client {

class spdlog_sink final : public spdlog::sinks::sink {
 public:
  explicit spdlog_sink(publisher& to, std::chrono::milliseconds flush_max = std::chrono::seconds(1))
      : to_(to), flush_max_(flush_max) {}

  void log(const spdlog::details::log_msg& msg) override {
    fields with;
    if (msg.logger_name.size() != 0) with.add("logger", view(msg.logger_name));
    with.add("thread", msg.thread_id);
    if (!msg.source.empty()) {
      with.add("source", msg.source.filename + (':' + std::to_string(msg.source.line)));
    }
    const auto since_1970 = msg.time.time_since_epoch();
    to_.add({.text = view(msg.payload),
             .time_ns = std::chrono::nanoseconds(since_1970).count(),
             .severity = severity_of(msg.level),
             .fields = with.json()});
  }

  void flush() override { to_.flush(flush_max_); }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  static std::string_view view(spdlog::string_view_t text) { return {text.data(), text.size()}; }

  static std::string_view severity_of(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::trace: return "trace";
      case spdlog::level::debug: return "debug";
      case spdlog::level::info: return "info";
      case spdlog::level::warn: return "warn";
      case spdlog::level::err: return "error";
      case spdlog::level::critical: return "fatal";
      default: return {};
    }
  }

  publisher& to_;
  const std::chrono::milliseconds flush_max_;
};

}  // namespace logio::client
