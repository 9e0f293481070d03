#include "logio/input/marathon_link.hpp"

#include <fmt/core.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "input/heard_file.hpp"
#include "input/marathon_api.hpp"
#include "logio/base/back_off.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/wire/event_stream.hpp"

namespace logio::input {
namespace {

using base::log_level;
using outcome = marathon_api::outcome;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t event_bytes_max = std::size_t{16} << 20;
constexpr auto lasting_stream = std::chrono::seconds(1);  // one that held so long worked
constexpr auto save_interval = std::chrono::seconds(10);
constexpr log_level told = log_level::info;

/// Without its user.
std::string url_of(const marathon_node& node) {
  const bool v6 = node.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}{}", node.tls ? "https" : "http", v6 ? "[" : "", node.host,
                     v6 ? "]" : "", node.port, node.path);
}

}  // namespace

class marathon_link::body {
 public:
  body(marathon_options options, marathon_events& to, std::string folder)
      : options_(std::move(options)),
        to_(to),
        heard_(std::move(folder)),
        api_(options_),
        back_off_(static_cast<std::uint64_t>(base::unix_now_ns())) {}
  ~body() {
    stop(steady_clock::now(), {});
    api_.interrupt();
    if (thread_.joinable()) thread_.join();
  }

  void start();
  void stop(steady_clock::time_point latest, std::function<void()> done);
  marathon_status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  void run();
  bool talk();
  bool keep_registered(std::vector<std::string> urls);
  bool register_anew(const std::vector<std::string>& urls);
  bool remove_others(const std::vector<std::string>& urls);
  bool follow_stream();
  bool read_stream(std::uint64_t connection);
  void take_events(wire::event_stream_reader& reader, std::uint64_t connection);
  void note_heartbeats(const std::string& piece, std::uint64_t comments);
  void note_refused(std::string_view why);
  void unregister();
  bool try_unregister(marathon_api& api, std::string& why);

  void receive(marathon_state how);
  void silent_since(std::int64_t when_ns, const std::string& why);
  void save_heard(std::int64_t until_ns);
  bool fail(const std::string& why);
  void enter(marathon_state to);
  bool wait(milliseconds time);
  bool stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }
  template <class Change>
  void update(Change change) {
    const std::lock_guard lock(mutex_);
    change(status_);
  }

  const marathon_options options_;
  marathon_events& to_;
  heard_file heard_;
  marathon_api api_;
  base::back_off back_off_;
  std::thread thread_;

  // The thread's.
  std::size_t node_ = 0;
  std::int64_t started_ns_ = 0;
  std::int64_t silent_since_ns_ = 0;  // 0: events can be received
  std::int64_t heard_ns_ = 0;         // events could be received then; 0: not yet
  std::string silent_because_;
  std::string told_failure_, told_choice_;
  steady_clock::time_point next_save_{};
  std::uint64_t streams_ = 0;
  std::uint64_t comments_ = 0, stream_events_ = 0;  // of this stream
  bool may_be_registered_ = false;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  marathon_status status_;
  bool stopping_ = false;
  bool subscribing_ = false;  // a request that registers is under way
  steady_clock::time_point end_by_ = steady_clock::time_point::max();
  std::function<void()> done_;
};

void marathon_link::body::start() {
  started_ns_ = base::unix_now_ns();
  status_.since_ns = started_ns_;
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "marathon");
    run();
  });
}

void marathon_link::body::stop(steady_clock::time_point latest, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    end_by_ = latest;
    done_ = std::move(done);
    // Else it could come to Marathon behind its removal.
    if (subscribing_) return;
  }
  wake_.notify_all();
  api_.interrupt();
}

void marathon_link::body::run() {
  may_be_registered_ = !options_.callback_url.empty();  // by an earlier run
  silent_since_ns_ = heard_.load();
  if (silent_since_ns_ != 0) {
    silent_since_ns_ = std::max(silent_since_ns_, to_.newest_ns());
    silent_because_ = "the hub was not running";
  }
  while (!stopping()) {
    api_.use(node_);
    if (talk()) continue;
    node_ = (node_ + 1) % options_.nodes.size();
    if (!wait(back_off_.next())) break;
  }
  if (heard_ns_ != 0 && silent_since_ns_ == 0) heard_.save(base::unix_now_ns());
  unregister();
  enter(marathon_state::stopped);
  std::function<void()> done;
  {
    const std::lock_guard lock(mutex_);
    done = std::move(done_);
  }
  if (done) done();
}

/// One conversation, until it fails: false. True: it is to be begun anew, or the hub leaves.
bool marathon_link::body::talk() {
  std::string why = "no --callback-url is given";
  if (!options_.callback_url.empty()) {
    std::vector<std::string> urls;
    switch (api_.list(urls)) {
      case outcome::ok: return keep_registered(std::move(urls));
      case outcome::failed: return fail(api_.error());
      case outcome::absent: break;
    }
    may_be_registered_ = false;
    why = "this Marathon has no callbacks (" + api_.error() + ")";
  }
  update([&](marathon_status& s) { s.why_stream = why; });
  return follow_stream();
}

/// Events come as callbacks; `urls` are registered now.
bool marathon_link::body::keep_registered(std::vector<std::string> urls) {
  may_be_registered_ = true;
  update([](marathon_status& s) { s.why_stream.clear(); });
  for (;;) {
    if (!remove_others(urls) || !register_anew(urls)) return fail(api_.error());
    receive(marathon_state::registered);
    if (!wait(options_.check)) return true;
    api_.use(node_);
    switch (api_.list(urls)) {
      case outcome::ok: break;
      case outcome::absent:
        silent_since(std::max(heard_ns_, to_.newest_ns()), api_.error());
        return true;
      case outcome::failed: return fail(api_.error());
    }
  }
}

/// What means our place in another form would bring each event twice.
bool marathon_link::body::remove_others(const std::vector<std::string>& urls) {
  for (const std::string& url : urls) {
    if (url == options_.callback_url || !is_same_callback(url, options_.callback_url)) continue;
    if (api_.unsubscribe(url) != outcome::ok) return false;
    base::log(told, {"marathon", api_.address()},
              "removed the subscription {}, which means the callback URL {}", url,
              options_.callback_url);
  }
  return true;
}

bool marathon_link::body::register_anew(const std::vector<std::string>& urls) {
  const bool is_there = std::ranges::find(urls, options_.callback_url) != urls.end();
  if (is_there) {
    if (heard_ns_ == 0) {
      base::log(told, {"marathon", api_.address()},
                "{} is registered already, as by an earlier run: taken over",
                options_.callback_url);
    }
    return true;
  }
  if (heard_ns_ != 0) {
    silent_since(std::max(heard_ns_, to_.newest_ns()), "Marathon had lost the registration");
  }
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    subscribing_ = true;
  }
  const bool done = api_.subscribe(options_.callback_url) == outcome::ok;
  const std::lock_guard lock(mutex_);
  subscribing_ = false;
  status_.registrations += done;
  return done;
}

bool marathon_link::body::follow_stream() {
  switch (api_.open_stream()) {
    case outcome::ok: break;
    case outcome::failed: return fail(api_.error());
    case outcome::absent:
      return fail(options_.callback_url.empty()
                      ? api_.error() + "; a Marathon without an event stream needs --callback-url"
                      : api_.error() + ", and it has no callbacks either; is the URL right?");
  }
  receive(marathon_state::streaming);
  const auto begun = steady_clock::now();
  const bool ended = read_stream(++streams_);
  if (stopping()) return true;
  const bool lasted = steady_clock::now() - begun >= lasting_stream;
  // The first event says no more than that this stream has begun.
  if (lasted || stream_events_ > 1) back_off_.reset();
  (void)fail(silent_because_);
  if (!lasted) return false;
  // It worked: once more at once, so that as little as can be is missed.
  if (!ended) node_ = (node_ + 1) % options_.nodes.size();
  return true;
}

/// Until it ends, for silent_because_. Whether Marathon has ended it.
bool marathon_link::body::read_stream(std::uint64_t connection) {
  wire::event_stream_reader reader(event_bytes_max);
  comments_ = stream_events_ = 0;
  std::string piece;
  std::int64_t whole_ns = base::unix_now_ns();  // everything before had come whole
  bool is_end = false;
  while (!is_end && api_.read(piece)) {
    is_end = piece.empty();
    reader.give(piece);
    take_events(reader, connection);
    if (is_end || stopping()) break;
    if (!reader.within_event()) whole_ns = base::unix_now_ns();
    note_heartbeats(piece, reader.comments());
    if (steady_clock::now() >= next_save_) save_heard(whole_ns);
  }
  if (is_end && !reader.within_event()) whole_ns = base::unix_now_ns();
  if (!stopping()) {
    silent_since(whole_ns, is_end ? api_.address() + ": Marathon ended the event stream"
                                  : api_.error());
  }
  return is_end;
}

void marathon_link::body::take_events(wire::event_stream_reader& reader,
                                      std::uint64_t connection) {
  using state = wire::event_stream_reader::state;
  for (state s = reader.next(); s != state::need_more; s = reader.next()) {
    ++stream_events_;
    if (s == state::too_long) {
      note_refused(fmt::format("it has {} bytes, at most {} are taken", reader.passed_bytes(),
                               event_bytes_max));
    } else if (const auto wrong = to_.take(std::string(reader.data()), api_.host(), connection)) {
      note_refused(*wrong);
    }
  }
}

/// Empty lines, as Marathon's, or comments, as others send.
void marathon_link::body::note_heartbeats(const std::string& piece, std::uint64_t comments) {
  const bool is_empty = piece.find_first_not_of("\r\n") == std::string::npos;
  const auto lines = is_empty ? std::ranges::count(piece, '\n') : 0;
  update([&](marathon_status& s) {
    s.heartbeats += static_cast<std::uint64_t>(lines) + comments - comments_;
  });
  comments_ = comments;
}

void marathon_link::body::note_refused(std::string_view why) {
  update([](marathon_status& s) { ++s.refused_events; });
  base::log(log_level::warn, {"marathon", api_.address()}, "an event was not taken: {}", why);
}

/// From now on events can be received.
void marathon_link::body::receive(marathon_state how) {
  const std::int64_t now_ns = base::unix_now_ns();
  if (how == marathon_state::registered) back_off_.reset();
  update([&](marathon_status& s) { s.address = api_.address(); });
  enter(how);
  const bool streams = how == marathon_state::streaming;
  std::string choice =
      streams ? fmt::format("events come by the event stream: {}", status().why_stream)
              : fmt::format("events come as callbacks to {}", options_.callback_url);
  if (choice != told_choice_ || !told_failure_.empty()) {
    base::log(told, {"marathon", api_.address()}, "{}", choice);
  }
  told_choice_ = std::move(choice);
  told_failure_.clear();
  if (silent_since_ns_ != 0) {
    update([](marathon_status& s) { ++s.interruptions; });
    // The machine's clock may have been set back.
    to_.interrupted(std::min(silent_since_ns_, now_ns), now_ns, silent_because_, api_.host());
    silent_since_ns_ = 0;
  }
  heard_ns_ = now_ns;
  save_heard(now_ns);
}

/// The first of several reasons in a row stays.
void marathon_link::body::silent_since(std::int64_t when_ns, const std::string& why) {
  if (silent_since_ns_ != 0) return;
  silent_since_ns_ = when_ns;
  silent_because_ = why;
}

void marathon_link::body::save_heard(std::int64_t until_ns) {
  heard_.save(until_ns);
  next_save_ = steady_clock::now() + save_interval;
}

bool marathon_link::body::fail(const std::string& why) {
  if (stopping()) return false;
  // Not one event could be received in this run, so none was expected before it.
  if (heard_ns_ == 0) silent_since(started_ns_, why);
  const std::int64_t now_ns = base::unix_now_ns();
  update([&](marathon_status& s) {
    ++s.errors;
    s.last_error = why;
    s.last_error_ns = now_ns;
    if (!api_.address().empty()) s.address = api_.address();
  });
  enter(marathon_state::back_off);
  if (why != told_failure_) base::log(log_level::warn, {"marathon"}, "{}", why);
  told_failure_ = why;
  return false;
}

void marathon_link::body::enter(marathon_state to) {
  update([&](marathon_status& s) {
    if (s.state == to) return;
    s.state = to;
    s.since_ns = base::unix_now_ns();
  });
}

/// False: the hub leaves.
bool marathon_link::body::wait(milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopping_; });
  return !stopping_;
}

/// Whoever was asked may not answer any more: then the others are.
void marathon_link::body::unregister() {
  if (!may_be_registered_) return;
  marathon_api api(options_);
  {
    const std::lock_guard lock(mutex_);
    api.end_by(end_by_);
  }
  std::string why;
  for (std::size_t i = 0; i < options_.nodes.size(); ++i) {
    api.use((node_ + i) % options_.nodes.size());
    if (try_unregister(api, why)) return;
  }
  base::log(log_level::warn, {"marathon"},
            "{} is still registered: {}. The next run takes it over; to remove it by hand: curl -X "
            "DELETE '{}/v2/eventSubscriptions?callbackUrl={}'",
            options_.callback_url, why, url_of(options_.nodes[node_]),
            percent_encoded(options_.callback_url));
}

bool marathon_link::body::try_unregister(marathon_api& api, std::string& why) {
  const outcome did = api.unsubscribe(options_.callback_url);
  if (did == outcome::failed) {
    why = api.error();
    return false;
  }
  if (did == outcome::ok) {
    base::log(told, {"marathon", api.address()}, "removed the registration of {}",
              options_.callback_url);
  }
  return true;
}

marathon_link::marathon_link(marathon_options options, marathon_events& to, std::string folder)
    : body_(std::make_unique<body>(std::move(options), to, std::move(folder))) {}
marathon_link::~marathon_link() = default;

void marathon_link::start() { body_->start(); }
void marathon_link::stop(steady_clock::time_point latest, std::function<void()> done) {
  body_->stop(latest, std::move(done));
}
marathon_status marathon_link::status() const { return body_->status(); }

}  // namespace logio::input
