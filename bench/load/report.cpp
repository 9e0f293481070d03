#include "report.hpp"

#include <cinttypes>

namespace logio::bench {

bool is_good(const outcome& out, bool may_shed) {
  return out.unaccounted_subscribers == 0 && out.joins_failed == 0 &&
         (may_shed || out.lossy_subscribers == 0);
}

void print(const outcome& out, std::FILE* to) {
  const auto count = [to](const char* key, std::uint64_t value) {
    std::fprintf(to, "%s=%" PRIu64 "\n", key, value);
  };
  const auto real = [to](const char* key, double value) {
    std::fprintf(to, "%s=%.6f\n", key, value);
  };
  const double delivered = out.delivered == 0 ? 1 : static_cast<double>(out.delivered);
  real("seconds", out.seconds);
  count("published", out.published);
  count("delivered", out.delivered);
  real("published_per_s", static_cast<double>(out.published) / out.seconds);
  real("delivered_per_s", static_cast<double>(out.delivered) / out.seconds);
  real("server_cpu_s", out.server_cpu_s);
  real("server_busy", out.server_cpu_s / out.seconds);
  real("cpu_s_per_million", out.server_cpu_s / delivered * 1e6);
  real("server_waited", out.server_waited_s / out.seconds);
  real("generator_waited", out.generator_waited_s / out.seconds);
  real("generator_busy", out.generator_cpu_s / out.seconds);
  real("generator_ns_per_line", out.generator_cpu_s / delivered * 1e9);
  real("generator_user_ns_per_line", out.generator_user_s / delivered * 1e9);
  count("resident_start", out.resident_start);
  count("resident_idle", out.resident_idle);
  count("resident_peak", out.resident_peak);
  count("resident_end", out.resident_end);
  count("aged_lines", out.aged_lines);
  real("p50_us", out.p50_us);
  real("p99_us", out.p99_us);
  real("p999_us", out.p999_us);
  real("worst_us", out.worst_us);
  count("joins", out.joins);
  count("joins_failed", out.joins_failed);
  real("first_p50_us", out.first_p50_us);
  real("first_p99_us", out.first_p99_us);
  count("matched", out.matched);
  count("received", out.received);
  count("announced", out.announced);
  count("notices", out.notices);
  count("unaccounted_subscribers", out.unaccounted_subscribers);
  count("lossy_subscribers", out.lossy_subscribers);
  count("cut_off", out.cut_off);
  count("missed_by_unmatched", out.missed_by_unmatched);
}

}  // namespace logio::bench
