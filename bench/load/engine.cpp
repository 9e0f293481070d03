#include "engine.hpp"

#include "joiner.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace logio::bench {

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;

std::uint64_t to_ns(double seconds) {
  return static_cast<std::uint64_t>(seconds * 1e9);
}

}  // namespace

/// Takes the one connection that rsyslog makes to a subscriber's port.
class engine::acceptor final : public handler {
 public:
  acceptor(engine& owner, const subscriber_group& group)
      : owner_(owner), group_(group), listener_(listen_anywhere()) {
    owner.events_.add(listener_.get(), EPOLLIN, *this);
  }

  std::uint16_t port() const { return port_of(listener_); }

  void on_ready(std::uint32_t) override {
    descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) {
      return;
    }
    owner_.subscribers_.push_back(std::make_unique<subscriber>(owner_.protocol_, owner_.expected_,
                                                               group_, owner_.options_.publishers,
                                                               std::move(socket), owner_.events_));
    owner_.gating_.push_back(owner_.subscribers_.back().get());
  }

 private:
  engine& owner_;
  const subscriber_group& group_;
  descriptor listener_;
};

engine::engine(const options& wanted)
    : options_(wanted),
      protocol_(make_wire(wanted.system, wanted.format, wanted.lines)),
      lines_(wanted.lines, wanted.seed),
      expected_(lines_, protocol_.out, wanted.topics),
      image_(lines_, protocol_.in, wanted.blocks_per_write),
      server_(wanted.server_pid),
      sent_to_topic_(wanted.topics) {
  constexpr const char* names[] = {"text", "ndjson", "sse"};
  if (wanted.answer != answer_format::text) {
    protocol_.answer_query = std::string("format=") + names[static_cast<int>(wanted.answer)];
  }
  if (wanted.flow == flow_kind::paced) {
    ages_ = std::make_unique<latency>(wanted.publishers, 1);
  } else if (wanted.flow == flow_kind::steady) {
    ages_ = std::make_unique<latency>(wanted.publishers, series::block_lines);
  }
}

engine::~engine() = default;

void engine::wait_for(const char* what, const std::function<bool()>& done) {
  const std::uint64_t deadline = monotonic_ns() + to_ns(options_.patience_s);
  while (!done()) {
    if (monotonic_ns() > deadline) {
      throw std::runtime_error(std::string("waited in vain for ") + what);
    }
    events_.poll(10);
    read_slow(true);
  }
}

void engine::accept_readers() {
  for (const subscriber_group& group : options_.groups) {
    for (std::uint32_t i = 0; i < group.count; ++i) {
      acceptors_.push_back(std::make_unique<acceptor>(*this, group));
      std::cout << acceptors_.back()->port() << ' ';
    }
  }
  std::cout << std::endl;
  pid_t pid = 0;
  if (!(std::cin >> options_.publish_port >> pid)) {
    throw std::runtime_error("no PUBLISH_PORT SERVER_PID on standard input");
  }
  server_ = server_process(pid);
}

/// Those that are to receive something come before the first line, so that all of it is theirs.
void engine::add_subscribers(bool receiving) {
  for (const subscriber_group& group : options_.groups) {
    if ((group.wanted != matches::none) != receiving) {
      continue;
    }
    const bool gates = receiving && group.reads == subscriber_group::pace::full;
    for (std::uint32_t i = 0; i < group.count; ++i) {
      subscribers_.push_back(std::make_unique<subscriber>(
          protocol_, expected_, group, i, options_.publishers, options_.subscribe_port, events_,
          options_.answer));
      if (gates) {
        gating_.push_back(subscribers_.back().get());
      }
    }
  }
  wait_for("the subscriptions to be in force", [this] {
    return std::all_of(subscribers_.begin(), subscribers_.end(),
                       [](const auto& one) { return one->in_force(); });
  });
}

void engine::connect_readers() {
  if (options_.system == system_kind::rsyslog) {
    accept_readers();
  } else {
    add_subscribers(true);
  }
}

void engine::connect_active() {
  for (std::uint32_t i = 0; i < options_.active; ++i) {
    publishers_.push_back(std::make_unique<publisher>(protocol_, i, i % options_.topics,
                                                      options_.publish_port, events_));
  }
}

/// The connections that the others are measured beside: their memory is a figure of its own.
void engine::connect_idle() {
  if (options_.system != system_kind::rsyslog) {
    add_subscribers(false);
  }
  for (std::uint32_t i = options_.active; i < options_.publishers; ++i) {
    publishers_.push_back(std::make_unique<publisher>(protocol_, i, i % options_.topics,
                                                      options_.publish_port, events_));
    wait_for("room for an idle publisher", [&] { return publishers_.back()->ready(); });
    publishers_.back()->send_line(image_, nullptr);
    ++sent_;
    ++sent_to_topic_[i % options_.topics];
  }
}

/// One block per active publisher, so that each connection has been used and is known to work.
void engine::prime() {
  for (std::uint32_t i = 0; i < options_.active; ++i) {
    publishers_[i]->send_blocks(image_, 1);
    sent_ += series::block_lines;
    sent_to_topic_[i % options_.topics] += series::block_lines;
  }
  if (options_.system == system_kind::rsyslog) {
    wait_for("rsyslog to connect", [this] { return gating_.size() == acceptors_.size(); });
  }
  drain_closed();
}

std::uint64_t engine::wanted_by(const subscriber& reader) const {
  switch (reader.group().wanted) {
    case matches::all:
      return sent_;
    case matches::none:
      return 0;
    case matches::one_topic:
      return sent_to_topic_[reader.group().topic];
  }
  throw std::logic_error("wanted");
}

std::uint64_t engine::worst_lag() const {
  std::uint64_t worst = 0;
  for (const subscriber* reader : gating_) {
    const verifier& got = reader->lines();
    worst = std::max(worst, wanted_by(*reader) - got.settled());
  }
  return worst;
}

std::uint64_t engine::delivered() const {
  std::uint64_t sum = 0;
  for (const auto& reader : subscribers_) {
    sum += reader->lines().received();
  }
  return sum;
}

bool engine::all_received() const {
  return worst_lag() == 0;
}

void engine::drain_closed() {
  wait_for("the last lines", [this] { return all_received(); });
}

/// After shedding: the notice of the last lost lines comes with the next line only, so lines are
/// sent, one block at a time, until every reader has been told everything.
void engine::drain_shedding() {
  const std::uint64_t deadline = monotonic_ns() + to_ns(options_.patience_s);
  const auto settled = [this] {
    return std::all_of(subscribers_.begin(), subscribers_.end(), [this](const auto& reader) {
      // Who matches nothing is owed nothing, though it may be told what was not looked at.
      return reader->stuck() || reader->group().wanted == matches::none ||
             reader->lines().settled() == wanted_by(*reader);
    });
  };
  std::uint64_t before = 0;
  std::uint64_t quiet_since = monotonic_ns();
  while (monotonic_ns() < deadline && !settled()) {
    events_.poll(10);
    read_slow(true);
    const std::uint64_t now = monotonic_ns();
    if (delivered() != before) {
      before = delivered();
      quiet_since = now;
    } else if (now - quiet_since > second_ns / 4) {
      quiet_since = now;
      for (std::uint32_t i = 0; i < options_.active; ++i) {
        if (publishers_[i]->ready()) {
          publishers_[i]->send_blocks(image_, 1);
          sent_ += series::block_lines;
          sent_to_topic_[publishers_[i]->topic()] += series::block_lines;
        }
      }
    }
  }
}

void engine::account(outcome& out) const {
  for (const auto& reader : subscribers_) {
    const verifier& got = reader->lines();
    if (reader->stuck()) {
      out.cut_off += reader->cut_off() ? 1U : 0U;
      continue;
    }
    const std::uint64_t announced = got.announced_dropped() + got.announced_missed();
    out.notices += got.notices();
    if (reader->group().wanted == matches::none) {
      out.missed_by_unmatched += announced;
      out.unaccounted_subscribers += got.received() != 0 ? 1U : 0U;
      continue;
    }
    out.matched += wanted_by(*reader);
    out.received += got.received();
    out.announced += announced;
    const bool exact = got.received() + announced == wanted_by(*reader) &&
                       got.gaps() <= announced && got.unfinished() == 0;
    out.unaccounted_subscribers += exact ? 0U : 1U;
    out.lossy_subscribers += reader->gates() && got.received() != wanted_by(*reader) ? 1U : 0U;
  }
}

/// The clocks and counters between which a run is measured.
struct engine::mark {
  std::uint64_t time_ns;
  std::uint64_t delivered;
  std::uint64_t sent;
  std::uint64_t server_cpu_ns;
  std::uint64_t server_waited_ns;
  std::uint64_t own_cpu_ns;
  std::uint64_t own_user_ns;
  std::uint64_t own_waited_ns;
};

engine::mark engine::here() const {
  return {monotonic_ns(),      delivered(),  sent_,         server_.cpu_ns(),
          server_.waited_ns(), own_cpu_ns(), own_user_ns(), own_waited_ns()};
}

void engine::measure(outcome& out) {
  flow_until(monotonic_ns() + to_ns(options_.warmup_s));
  if (ages_) {
    ages_->record(true);
  }
  const mark from = here();
  flow_until(from.time_ns + to_ns(options_.seconds));
  const mark to = here();
  const auto seconds = [](std::uint64_t a, std::uint64_t b) {
    return static_cast<double>(b - a) / 1e9;
  };
  out.seconds = seconds(from.time_ns, to.time_ns);
  out.delivered = to.delivered - from.delivered;
  out.published = to.sent - from.sent;
  out.server_cpu_s = seconds(from.server_cpu_ns, to.server_cpu_ns);
  out.server_waited_s = seconds(from.server_waited_ns, to.server_waited_ns);
  out.generator_cpu_s = seconds(from.own_cpu_ns, to.own_cpu_ns);
  out.generator_user_s = seconds(from.own_user_ns, to.own_user_ns);
  out.generator_waited_s = seconds(from.own_waited_ns, to.own_waited_ns);
}

outcome engine::run() {
  outcome out;
  connect_readers();
  connect_active();
  prime();
  out.resident_start = server_.resident_bytes();
  connect_idle();
  drain_closed();
  const std::uint64_t settled = monotonic_ns() + to_ns(options_.settle_s);
  wait_for("nothing", [&] { return monotonic_ns() >= settled; });
  out.resident_idle = server_.resident_bytes();

  for (const auto& reader : subscribers_) {
    reader->measure(ages_.get());
  }
  std::unique_ptr<joiner> joins;
  if (options_.joins > 0) {
    joins = std::make_unique<joiner>(options_.subscribe_port, options_.joins, options_.join_query,
                                     options_.join_lines);
  }
  measure(out);
  if (joins) {
    joins->stop();
    out.joins = joins->figures().joins;
    out.joins_failed = joins->figures().failed;
    out.first_p50_us = joins->figures().first_p50_us;
    out.first_p99_us = joins->figures().first_p99_us;
  }
  if (options_.flow == flow_kind::open || gating_.size() != subscribers_.size()) {
    drain_shedding();
  } else {
    drain_closed();
  }
  out.resident_end = server_.resident_bytes();
  out.resident_peak = std::max(resident_peak_, out.resident_end);
  if (ages_) {
    out.aged_lines = ages_->count();
    out.p50_us = ages_->quantile_us(0.5);
    out.p99_us = ages_->quantile_us(0.99);
    out.p999_us = ages_->quantile_us(0.999);
    out.worst_us = ages_->quantile_us(1);
  }
  account(out);
  return out;
}

}  // namespace logio::bench
