#include "running_sink.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "logio/base/log.hpp"
#include "logio/journal/follower.hpp"
#include "sink_clients.hpp"
#include "sink_filter.hpp"

namespace logio::app {
namespace {

using base::log_level;

/// The first position that a sink is to get out of the journal.
std::uint64_t find_journal_start(const std::string& name, const sink_start& from,
                                 const sink_surroundings& in) {
  if (from.before != nullptr) return from.before->run->left().place().position + 1;
  if (!from.last.known) return from.next;
  const std::uint64_t oldest = journal::follower(*in.data, *in.journal).oldest_position();
  const std::vector<journal::epoch_start> epochs = in.data->epochs();
  const bool is_known =
      from.last.place && std::any_of(epochs.begin(), epochs.end(), [&](const auto& e) {
        return e.epoch == from.last.place->epoch;
      });
  if (!is_known) {
    base::log(log_level::warn, {"sink", name},
              "its place is lost: all {} records of the journal are delivered again",
              from.next - oldest);
  }
  return sink::find_start(from.last, epochs, oldest);
}

/// Empty: without a data directory there is none.
std::string sink_folder(const std::string& name, const sink_surroundings& in) {
  return in.data == nullptr ? std::string() : sinks_folder(in) + '/' + name;
}

/// What lies in the journal is not for one whose queue is in memory.
void say_left(const std::string& name, const running_sink& before) {
  const std::uint64_t left = before.run->left().counts().lag_records;
  if (left == 0) return;
  base::log(log_level::warn, {"sink", name},
            "{} records that it had not looked at stay in the journal: with on_full=drop_oldest "
            "it begins with what is new",
            left);
}

}  // namespace

std::string sinks_folder(const sink_surroundings& in) {
  return in.data == nullptr ? std::string() : in.data->path() + "/sinks";
}

boost::system::result<prepared_sink, std::string> prepare_sink(const sink::sink_options& options,
                                                               const sink_surroundings& in) {
  const auto refuse = [&](const std::string& why) {
    return fmt::format("sink {} ({}): {}", options.name, options.shown_url, why);
  };
  prepared_sink out;
  out.options = options;
  auto wanted = compile_selection(options.selection, in.pattern_bytes_max);
  if (!wanted) return bad_selections(std::span(&options, 1), {}, in.pattern_bytes_max).front();
  out.wanted = std::move(*wanted);
  const auto by_default =
      in.data != nullptr ? sink::when_full::spill : sink::when_full::drop_oldest;
  out.spills = options.on_full.value_or(by_default) == sink::when_full::spill;
  if (out.spills && in.data == nullptr) {
    return refuse("on_full=spill needs a journal: give the hub a --data-dir");
  }
  std::string why;
  out.client =
      make_sink_client(options, in.hub_host, in.hub.epoch(), sink_folder(options.name, in), why);
  if (!out.client) return refuse(why);
  out.memory = dynamic_cast<sink::memory_client*>(out.client.get());
  return out;
}

std::shared_ptr<running_sink> make_running(prepared_sink made, const sink_start& from,
                                           const sink_surroundings& in) {
  auto out = std::make_shared<running_sink>();
  sink::runner::parts parts;
  const std::string& name = made.options.name;
  parts.folder = sink_folder(name, in);
  out->memory = made.memory;
  if (made.memory != nullptr && from.before != nullptr && from.before->memory != nullptr) {
    made.memory->take_over(*from.before->memory);
  }
  if (made.spills) {
    auto source = std::make_unique<sink::journal_source>(
        std::move(made.wanted), *in.data, *in.journal, in.hub.epoch(),
        find_journal_start(name, from, in),
        [&log_hub = in.hub] { return log_hub.ring().end().position; });
    out->journal = source.get();
    parts.source = std::move(source);
  } else {
    if (from.before != nullptr && from.before->journal != nullptr) say_left(name, *from.before);
    auto source = std::make_unique<sink::queue_source>(
        std::move(made.wanted), made.options.queue_bytes, in.hub.epoch(), from.next);
    out->queue = source.get();
    parts.source = std::move(source);
  }
  // What it may have delivered before.
  if (from.last.known || from.before != nullptr) parts.repeated_before = from.next;
  parts.options = std::move(made.options);
  parts.client = std::move(made.client);
  out->run = std::make_unique<sink::runner>(std::move(parts));
  return out;
}

}  // namespace logio::app
