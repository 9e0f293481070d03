#include "marathon_input.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "logio/base/log.hpp"
#include "logio/record/topic.hpp"
#include "logio/wire/marathon_api.hpp"

namespace logio::app {

/// What was said to the event that was given last. An answer for which nobody waits any more finds
/// it still there.
struct marathon_input::answers {
  std::mutex mutex;
  std::condition_variable said;
  std::optional<serve::event_outcome> answer;
  bool given_up = false;
};

marathon_input::marathon_input(serve::server& to)
    : to_(to), answers_(std::make_shared<answers>()) {}

std::optional<std::string> marathon_input::take(std::string json, const std::string& host,
                                                std::uint64_t connection) {
  return give(serve::received_event{std::move(json), host, connection});
}

void marathon_input::interrupted(std::int64_t from_ns, std::int64_t to_ns, const std::string& why,
                                 const std::string& host) {
  wire::marathon_event record = wire::make_interruption(from_ns, to_ns, why, host);
  base::log(base::log_level::warn, {"marathon", host}, "{}", record.text);
  if (const auto wrong = give(std::move(record))) {
    base::log(base::log_level::warn, {"marathon", host}, "the record of that was not taken: {}",
              *wrong);
  }
}

std::optional<std::string> marathon_input::give(serve::event_input event) {
  constexpr const char* leaving = "the hub is shutting down";
  {
    const std::lock_guard lock(answers_->mutex);
    if (answers_->given_up) return leaving;
    answers_->answer.reset();
  }
  serve::event_answer answer([to = answers_](serve::event_outcome said) {
    const std::lock_guard lock(to->mutex);
    to->answer = std::move(said);
    to->said.notify_all();
  });
  to_.take(std::move(event), std::move(answer));
  // As long as the ring has no room: so Marathon's stream waits, too. The hub's end answers, or
  // gives up.
  std::unique_lock lock(answers_->mutex);
  answers_->said.wait(lock, [this] { return answers_->answer || answers_->given_up; });
  if (!answers_->answer) return leaving;
  if (answers_->answer->what != serve::event_outcome::fate::refused) return std::nullopt;
  return std::move(answers_->answer->why);
}

void marathon_input::give_up() {
  const std::lock_guard lock(answers_->mutex);
  answers_->given_up = true;
  answers_->said.notify_all();
}

serve::marathon_status shown(const input::marathon_status& status,
                             const input::marathon_options& options) {
  serve::marathon_status out;
  out.state = serve::marathon_states[static_cast<std::size_t>(status.state)];
  out.since_ns = status.since_ns;
  out.url = options.shown_url;
  out.callback_url = options.callback_url;
  out.address = status.address;
  out.why_stream = status.why_stream;
  out.last_error = status.last_error;
  out.last_error_ns = status.last_error_ns;
  out.errors = status.errors;
  out.interruptions = status.interruptions;
  out.heartbeats = status.heartbeats;
  out.registrations = status.registrations;
  out.refused_events = status.refused_events;
  return out;
}

}  // namespace logio::app
