#include "sink/kafka_library.hpp"

#include <fmt/core.h>
#include <syslog.h>

#include <array>

#include "logio/base/log.hpp"

namespace logio::sink {
namespace {

constexpr std::size_t facilities_max = 64;

void write_log(const rd_kafka_t* rk, int level, const char* facility, const char* text) {
  auto* const log = rk == nullptr ? nullptr : static_cast<kafka_log*>(rd_kafka_opaque(rk));
  if (log != nullptr) log->write(level, facility, text);
}

}  // namespace

void kafka_log::write(int level, std::string_view facility, std::string_view text) noexcept {
  if (facility == "FAIL" || facility == "ERROR" || facility == "TERMINATE") level = LOG_DEBUG;
  const bool important = level <= LOG_WARNING && first_of(facility);
  base::log(important ? base::log_level::warn : base::log_level::debug, {"kafka", peer_}, "{}: {}",
            facility, text);
}

bool kafka_log::first_of(std::string_view facility) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    return seen_.size() < facilities_max && seen_.emplace(facility).second;
  } catch (...) {
    return true;  // no memory to remember it: rather twice than never
  }
}

std::string kafka_reason(rd_kafka_resp_err_t code, const char* peers_words) {
  const char* const name = rd_kafka_err2name(code);
  if (peers_words != nullptr && *peers_words != '\0') {
    return fmt::format("{}: {}", name, peers_words);
  }
  return fmt::format("{}: {}", name, rd_kafka_err2str(code));
}

std::string kafka_fatal_reason(rd_kafka_t* rk) {
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(rk, text.data(), text.size());
  return kafka_reason(code, text.data());
}

kafka_partitions_ptr make_kafka_list(const std::vector<kafka_offsets::entry>& entries) {
  kafka_partitions_ptr list(rd_kafka_topic_partition_list_new(static_cast<int>(entries.size())));
  for (const kafka_offsets::entry& e : entries) {
    rd_kafka_topic_partition_list_add(list.get(), e.topic.c_str(), e.partition)->offset = e.offset;
  }
  return list;
}

rd_kafka_t* open_kafka(rd_kafka_type_t type, const kafka_settings& settings, int events,
                       kafka_log& log, std::string& error) {
  kafka_conf_ptr conf(rd_kafka_conf_new());
  std::array<char, 512> text{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size()) !=
        RD_KAFKA_CONF_OK) {
      error = fmt::format("{}: {}", name, text.data());
      return nullptr;
    }
  }
  rd_kafka_conf_set_events(conf.get(), events);
  rd_kafka_conf_set_log_cb(conf.get(), write_log);
  rd_kafka_conf_set_opaque(conf.get(), &log);
  rd_kafka_t* const rk = rd_kafka_new(type, conf.get(), text.data(), text.size());
  if (rk == nullptr) {
    error = text.data();
    return nullptr;
  }
  conf.release();  // NOLINT: the library's object has taken it over
  return rk;
}

}  // namespace logio::sink
