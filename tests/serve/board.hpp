/// A board of sinks whose contents a test sets, and records as an in-memory sink keeps them.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logio/record/batch_builder.hpp"
#include "logio/serve/sink_board.hpp"

namespace logio::serve::testing {

/// One record on its own, as sinks keep them.
struct kept {
  record::topic topic{"shop", "web", "h1"};
  std::string text;
  std::uint64_t position = 1;
  std::uint64_t epoch = 0xab;
  std::int64_t arrival_ns = 0;  ///< also its time
  record::severity_number severity = 0;

  sink_record share() const {
    struct body {
      record::batch_builder batch{4096};
      record::topic topic;
    };
    const auto owner = std::make_shared<body>();
    record::head head;
    head.time_ns = arrival_ns;
    head.severity = severity;
    if (text.find('\n') != std::string::npos) head.flags = record::inner_newline;
    owner->batch.append(head, text);
    owner->topic = topic;
    return {owner, owner->batch.data(), &owner->topic, arrival_ns, epoch, position};
  }
};

/// Everything is set before it is served; what is asked of it is counted.
class board final : public sink_board {
 public:
  sink_row& add(std::string name, std::string_view state = "up") {
    sink_row row;
    row.name = std::move(name);
    row.state = state;
    rows_.push_back(std::move(row));
    return rows_.back();
  }
  void keep(const std::string& name, const std::vector<kept>& records) {
    auto& list = records_[name];
    for (const kept& k : records) list.push_back(k.share());
  }
  void set_dead(const std::string& name, std::string lines) { dead_[name] = std::move(lines); }
  /// From byte `at` on dead() fails.
  void break_at(std::uint64_t at) { broken_at_ = at; }
  std::uint64_t resent() const { return resent_; }
  /// Whether records() or dead() was called on an I/O thread.
  bool asked_on_io_thread() const { return asked_on_io_thread_; }

  std::vector<sink_row> rows() const override { return rows_; }
  bool has(std::string_view name) const override {
    return std::any_of(rows_.begin(), rows_.end(),
                       [&](const sink_row& row) { return row.name == name; });
  }
  std::unique_ptr<std::vector<sink_record>> records(std::string_view name) const override {
    note_thread();
    const auto found = records_.find(name);
    if (found == records_.end()) return nullptr;
    return std::make_unique<std::vector<sink_record>>(found->second);
  }
  result<std::string> dead(std::string_view name, std::uint64_t& at,
                           std::size_t bytes_max) const override {
    note_thread();
    if (at >= broken_at_) return make_error_code(boost::system::errc::io_error);
    const auto found = dead_.find(name);
    if (found == dead_.end()) return std::string();
    std::string some = found->second.substr(at, bytes_max);
    at += some.size();
    return some;
  }
  std::uint64_t resend(std::string_view name) override {
    ++resent_;
    const auto found = dead_.find(name);
    if (found == dead_.end()) return 0;
    return static_cast<std::uint64_t>(
        std::count(found->second.begin(), found->second.end(), '\n'));
  }

 private:
  void note_thread() const {
    char name[16] = {};
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    if (std::string_view(name).starts_with("io-")) asked_on_io_thread_ = true;
  }

  std::vector<sink_row> rows_;
  std::map<std::string, std::vector<sink_record>, std::less<>> records_;
  std::map<std::string, std::string, std::less<>> dead_;
  std::uint64_t broken_at_ = ~std::uint64_t{0};
  std::atomic<std::uint64_t> resent_{0};
  mutable std::atomic<bool> asked_on_io_thread_{false};
};

}  // namespace logio::serve::testing
