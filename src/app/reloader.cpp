#include "reloader.hpp"

#include <fmt/core.h>

#include <boost/asio/post.hpp>
#include <iterator>
#include <utility>

#include "logio/base/log.hpp"
#include "logio/config/serve_setup.hpp"
#include "logio/config/setting_difference.hpp"
#include "setup_check.hpp"

namespace logio::app {
namespace {

using base::log_level;

constexpr auto step_interval = std::chrono::milliseconds(2);
constexpr std::string_view speaker = "config";

void append_names(std::string& out, std::string_view what, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += i != 0 ? ", " : fmt::format("; sinks {}: ", what);
    out += names[i];
  }
}

}  // namespace

reloader::reloader(parts of) : of_(std::move(of)), timer_(of_.main.get_executor()) {}

void reloader::reload(std::string asked_by, answer then) {
  asio::post(of_.main, [this, one = request{std::move(asked_by), std::move(then)}]() mutable {
    waiting_.push_back(std::move(one));
    if (working_.empty()) begin();
  });
}

void reloader::begin() {
  working_ = std::exchange(waiting_, {});
  outcome_ = {};
  began_ = net::clock::now();
  of_.service->begin_reload();
  for (const request& r : working_) {
    base::log(log_level::info, {speaker}, "{}: reading the configuration again", r.asked_by);
  }
  outcome_.errors = stopped_ ? std::vector<std::string>{"the hub is shutting down"} : apply();
  if (!outcome_.errors.empty()) return finish();
  step();
}

/// What is wrong; then nothing was changed.
std::vector<std::string> reloader::apply() {
  if (of_.options.config_file.empty()) {
    return {"this hub has no configuration file: start it with --config FILE, and what changes "
            "there can be taken over"};
  }
  const config::read_setup setup =
      config::read_again(of_.options, config::environment::of_process());
  if (auto errors = all_errors(setup); !errors.empty()) return errors;
  sink_changes sinks;
  if (auto errors = of_.sinks.change(setup->options.sinks, net::clock::now() + of_.options.grace,
                                     sinks);
      !errors.empty()) {
    return errors;
  }
  outcome_.added = std::move(sinks.added);
  outcome_.changed = std::move(sinks.changed);
  outcome_.removed = std::move(sinks.removed);
  apply_settings(setup->options);
  return {};
}

void reloader::apply_settings(const config::serve_options& wanted) {
  for (config::setting_difference& d : config::differences(of_.options, wanted)) {
    outcome_.settings.push_back(
        {std::move(d.name), std::move(d.from), std::move(d.to), d.at_once});
  }
  config::take_over_at_once(of_.options, wanted);
  of_.options.sinks = wanted.sinks;
  base::configure_log(of_.options.log);
  if (of_.journal != nullptr) of_.journal->keep(config::kept_journal(of_.options));
}

/// Until all that is new runs, and all that was removed has ended.
void reloader::step() {
  of_.sinks.step();
  if (!working_.empty() && of_.sinks.is_settled()) finish();
  if (of_.sinks.is_settled() && (stopped_ || !of_.sinks.has_leaving())) return;
  timer_.expires_after(step_interval);
  timer_.async_wait([this](error_code error) {
    if (!error) step();
  });
}

void reloader::finish() {
  outcome_.seconds = std::chrono::duration<double>(net::clock::now() - began_).count();
  (outcome_.errors.empty() ? well_ : failed_).fetch_add(1, std::memory_order_relaxed);
  say();
  of_.service->end_reload();
  for (request& r : std::exchange(working_, {})) {
    if (r.then) r.then(outcome_);
  }
  if (when_stopped_) asio::post(of_.main, std::exchange(when_stopped_, nullptr));
  if (waiting_.empty()) return;
  asio::post(of_.main, [this] {
    if (working_.empty() && !waiting_.empty()) begin();
  });
}

void reloader::say() const {
  for (const std::string& error : outcome_.errors) {
    base::log(log_level::error, {speaker}, "{}", error);
  }
  if (!outcome_.errors.empty()) {
    return base::log(log_level::error, {speaker},
                     "nothing was changed: the configuration has {} error{}",
                     outcome_.errors.size(), outcome_.errors.size() == 1 ? "" : "s");
  }
  std::string what;
  append_names(what, "added", outcome_.added);
  append_names(what, "changed", outcome_.changed);
  append_names(what, "removed", outcome_.removed);
  std::string later;
  for (const serve::setting_change& s : outcome_.settings) {
    fmt::format_to(std::back_inserter(s.applied ? what : later), "; {} {} -> {}", s.name, s.from,
                   s.to);
  }
  base::log(log_level::info, {speaker}, "reloaded in {:.3f} s{}", outcome_.seconds,
            what.empty() ? "; nothing is other than before" : what);
  if (later.empty()) return;
  base::log(log_level::warn, {speaker}, "not before the next start{}", later);
}

void reloader::stop(std::function<void()> then) {
  stopped_ = true;
  if (working_.empty()) return then();
  when_stopped_ = std::move(then);
}

}  // namespace logio::app
