#include "publishing.hpp"

#include <fmt/core.h>

#include <utility>

#include "fail.hpp"

namespace logio::app {
namespace {

/// What on_event remembers; it runs on one thread.
class hub_watch {
 public:
  explicit hub_watch(std::string command) : command_(std::move(command)) {}

  void operator()(const client::event& e) {
    using what = client::event::what;
    const std::string text(e.text);
    if (e.kind == what::away) {
      away_ = true;
      tell(text + "; lines are kept, and sent when it is back");
    } else if (e.kind == what::refused) {
      tell("the hub says: " + text);
    } else if (e.kind != what::dropped && std::exchange(away_, false)) {
      tell(text + ": the hub is back");
    }
  }

 private:
  void tell(const std::string& message) const { fail(command_, 0, message); }

  std::string command_;
  bool away_ = false;
};

bool all_taken(const client::publisher_stats& s) {
  // Of an original hub no more can be known than that it read all and closed.
  return s.dropped == 0 && s.refused == 0 && s.unconfirmed == s.sent_plain;
}

}  // namespace

client::publisher_options publishing::options_of(const config::pipe_options& o,
                                                 const std::string& teller) {
  client::publisher_options out;
  for (const config::host_port& hub : o.hubs) out.hubs.push_back({hub.host, hub.port});
  out.app = o.app;
  out.proc = o.proc;
  out.host = o.host;
  out.buffer_bytes_max = o.buffer_bytes;
  if (!teller.empty()) out.on_event = hub_watch(teller);
  return out;
}

publishing::publishing(std::string command, const config::pipe_options& o, bool screen_is_ours)
    : command_(std::move(command)),
      quiet_(o.quiet),
      flush_(o.flush),
      publisher_(options_of(o, o.quiet || !screen_is_ours ? "" : command_)) {}

std::int64_t publishing::now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

bool publishing::finish() {
  const client::publisher_stats last = publisher_.close(flush_);
  tell_loss(last);
  return all_taken(last);
}

void publishing::tell_loss() const { tell_loss(publisher_.stats()); }

void publishing::tell_loss(const client::publisher_stats& s) const {
  if (quiet_ || all_taken(s)) return;
  fail(command_, 0,
       fmt::format("of {} lines the hub has acknowledged {}: {} dropped, {} refused, "
                   "{} sent without an answer",
                   s.added, s.acknowledged, s.dropped, s.refused, s.unconfirmed));
}

}  // namespace logio::app
