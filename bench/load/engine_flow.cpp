#include <algorithm>

#include "engine.hpp"

namespace logio::bench {

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
/// A slow reader takes one buffer this often: some 300,000 lines a second.
constexpr std::uint64_t slow_read_interval_ns = second_ns / 200;
constexpr std::uint64_t sample_interval_ns = second_ns / 20;
constexpr std::uint64_t sample_growth_bytes = std::uint64_t{1} << 20;

}  // namespace

void engine::send_closed() {
  std::uint64_t lag = worst_lag();
  const std::uint64_t lines = options_.blocks_per_write * series::block_lines;
  for (std::uint32_t tried = 0; tried < options_.active; ++tried) {
    if (lag + lines > options_.window_lines) {
      return;
    }
    publisher& next = *publishers_[turn_];
    turn_ = (turn_ + 1) % options_.active;
    if (next.ready()) {
      next.send_blocks(image_, options_.blocks_per_write);
      sent_ += lines;
      sent_to_topic_[next.topic()] += lines;
      lag += lines;
    }
  }
}

void engine::send_open() {
  const std::uint64_t lines = options_.blocks_per_write * series::block_lines;
  for (std::uint32_t i = 0; i < options_.active; ++i) {
    if (publishers_[i]->ready()) {
      publishers_[i]->send_blocks(image_, options_.blocks_per_write);
      sent_ += lines;
      sent_to_topic_[publishers_[i]->topic()] += lines;
    }
  }
}

void engine::send_paced(std::uint64_t now) {
  const auto interval = static_cast<std::uint64_t>(1e9 / options_.rate);
  if (next_line_ns_ == 0) {
    next_line_ns_ = now;
  }
  // At most a few at once: when late, the lines just sent must be read in between.
  for (int burst = 0; burst < 4 && now >= next_line_ns_; ++burst) {
    publisher& next = *publishers_[turn_];
    turn_ = (turn_ + 1) % options_.active;
    next_line_ns_ += interval;
    if (next.ready()) {
      next.send_line(image_, ages_.get());
      ++sent_;
      ++sent_to_topic_[next.topic()];
    }
  }
}

void engine::send_steady(std::uint64_t now) {
  constexpr int blocks_late_max = 50;
  const auto interval = static_cast<std::uint64_t>(1e9 / options_.rate * series::block_lines);
  if (next_line_ns_ == 0) {
    next_line_ns_ = now;
  }
  for (int burst = 0; burst < blocks_late_max && now >= next_line_ns_; ++burst) {
    publisher& next = *publishers_[turn_];
    turn_ = (turn_ + 1) % options_.active;
    next_line_ns_ += interval;
    if (next.ready()) {
      next.send_blocks(image_, 1, ages_.get());
      sent_ += series::block_lines;
      sent_to_topic_[next.topic()] += series::block_lines;
    }
  }
}

void engine::read_slow(bool all) {
  const std::uint64_t now = monotonic_ns();
  if (!all && now < next_slow_ns_) {
    return;
  }
  next_slow_ns_ = now + slow_read_interval_ns;
  for (const auto& reader : subscribers_) {
    if (reader->slow() && reader->in_force()) {
      reader->read();
    }
  }
}

void engine::sample_memory(std::uint64_t now) {
  if (now >= next_sample_ns_) {
    next_sample_ns_ = now + sample_interval_ns;
    // The true figure is dear: only where it may have grown.
    const std::uint64_t about = server_.resident_bytes_about();
    if (about > resident_peak_about_) {
      resident_peak_about_ = about + sample_growth_bytes;
      resident_peak_ = std::max(resident_peak_, server_.resident_bytes());
    }
  }
}

void engine::flow_until(std::uint64_t deadline_ns) {
  for (;;) {
    const std::uint64_t now = monotonic_ns();
    if (now >= deadline_ns) {
      return;
    }
    const std::uint64_t sent_before = sent_;
    switch (options_.flow) {
      case flow_kind::closed:
        send_closed();
        break;
      case flow_kind::open:
        send_open();
        break;
      case flow_kind::paced:
        send_paced(now);
        break;
      case flow_kind::steady:
        send_steady(now);
        break;
    }
    sample_memory(now);
    read_slow(false);
    // A paced run spins: sleeping would add the wake-up of this process to each latency.
    const bool spin = sent_ != sent_before || options_.flow == flow_kind::paced;
    events_.poll(spin ? 0 : 1);
  }
}

}  // namespace logio::bench
