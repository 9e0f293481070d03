#include "logio/config/setting_difference.hpp"

#include <utility>

#include "logio/base/quantity.hpp"

namespace logio::config {
namespace {

using std::chrono::milliseconds;

class comparison {
 public:
  explicit comparison(std::vector<setting_difference>& out) : out_(out) {}

  void text(const char* name, const std::string& a, const std::string& b, bool at_once = false) {
    if (a != b) out_.push_back({name, a, b, at_once});
  }
  void size(const char* name, std::uint64_t a, std::uint64_t b, bool at_once = false) {
    if (a != b) out_.push_back({name, base::format_size(a), base::format_size(b), at_once});
  }
  void count(const char* name, std::uint64_t a, std::uint64_t b) {
    if (a != b) out_.push_back({name, std::to_string(a), std::to_string(b), false});
  }
  void time(const char* name, milliseconds a, milliseconds b, bool at_once = false) {
    if (a == b) return;
    out_.push_back({name, base::format_duration(a), base::format_duration(b), at_once});
  }

 private:
  std::vector<setting_difference>& out_;
};

std::string threads(std::uint64_t n) { return n == 0 ? "one per CPU" : std::to_string(n); }

/// Of Marathon without the callback URL, which is a setting of its own.
void compare_marathon(comparison& c, input::marathon_options a, input::marathon_options b) {
  a.callback_url.clear();
  b.callback_url.clear();
  const bool hidden = a != b && a.shown_url == b.shown_url;
  c.text("marathon_url", a.shown_url,
         b.shown_url + (hidden ? " (with another secret or variable)" : ""));
}

}  // namespace

std::vector<setting_difference> differences(const serve_options& a, const serve_options& b) {
  std::vector<setting_difference> out;
  comparison c(out);
  c.text("publish_listen", a.publish_listen, b.publish_listen);
  c.text("subscribe_listen", a.subscribe_listen, b.subscribe_listen);
  c.text("io_threads", threads(a.io_threads), threads(b.io_threads));
  c.text("match", a.match_partial ? "partial" : "whole", b.match_partial ? "partial" : "whole");
  c.size("ring_bytes", a.ring_bytes, b.ring_bytes);
  c.size("line_bytes_max", a.line_bytes_max, b.line_bytes_max);
  c.size("subscriber_queue_bytes", a.subscriber_queue_bytes, b.subscriber_queue_bytes);
  c.size("queues_bytes_total", a.queues_bytes_total, b.queues_bytes_total);
  c.size("input_bytes_total", a.input_bytes_total, b.input_bytes_total);
  c.size("body_bytes_max", a.body_bytes_max, b.body_bytes_max);
  c.count("topics_max", a.topics_max, b.topics_max);
  c.count("connections_max", a.connections_max, b.connections_max);
  c.size("pattern_bytes_max", a.pattern_bytes_max, b.pattern_bytes_max);
  c.time("stuck_timeout", a.stuck_timeout, b.stuck_timeout);
  c.time("grace", a.grace, b.grace, true);
  c.time("first_byte_timeout", a.first_byte_timeout, b.first_byte_timeout);
  c.text("data_dir", a.data_dir, b.data_dir);
  c.text("fsync", std::string(to_string(a.fsync)), std::string(to_string(b.fsync)));
  c.time("fsync_interval", a.fsync_interval, b.fsync_interval);
  c.text("segment_compression", std::string(to_string(a.segment_compression)),
         std::string(to_string(b.segment_compression)));
  c.size("journal_bytes_max", a.journal_bytes_max, b.journal_bytes_max, true);
  c.time("journal_age_max", a.journal_age_max, b.journal_age_max, true);
  c.size("disk_free_min", a.disk_free_min, b.disk_free_min, true);
  c.text("on_disk_stall", a.shed_on_disk_stall ? "shed" : "wait",
         b.shed_on_disk_stall ? "shed" : "wait");
  c.text("events_listen", a.events_listen, b.events_listen);
  compare_marathon(c, a.marathon, b.marathon);
  c.text("callback_url", a.marathon.callback_url, b.marathon.callback_url);
  c.text("event_store", a.event_store, b.event_store);
  c.text("cors_origin", a.cors_origin, b.cors_origin);
  c.text("log_level", std::string(to_string(a.log.level)), std::string(to_string(b.log.level)),
         true);
  c.text("log_format", std::string(to_string(a.log.format)), std::string(to_string(b.log.format)),
         true);
  return out;
}

void take_over_at_once(serve_options& into, const serve_options& to) {
  into.grace = to.grace;
  into.journal_bytes_max = to.journal_bytes_max;
  into.journal_age_max = to.journal_age_max;
  into.disk_free_min = to.disk_free_min;
  into.log = to.log;
}

journal::retention kept_journal(const serve_options& o) noexcept {
  return {o.journal_bytes_max, o.journal_age_max, o.disk_free_min};
}

}  // namespace logio::config
