#include "ship_setup.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <limits>
#include <optional>
#include <random>
#include <utility>
#include <variant>

#include "logio/base/clock.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/filter/filter.hpp"
#include "logio/journal/log_reader.hpp"
#include "logio/record/topic.hpp"
#include "logio/sink/place_file.hpp"
#include "ship_hub_input.hpp"
#include "ship_journal_input.hpp"
#include "ship_kafka_input.hpp"
#include "ship_stream_input.hpp"
#include "sink_clients.hpp"
#include "sink_filter.hpp"
#include "time_range.hpp"

namespace logio::app {
namespace {

template <class T>
using made = boost::system::result<T, ship_failure>;

constexpr std::size_t pattern_bytes_max = std::size_t{64} << 10;
constexpr std::size_t from_bytes_max = std::size_t{64} << 10;

ship_failure usage(std::string why) { return {base::exit_usage, std::move(why)}; }
ship_failure unavailable(std::string why) { return {base::exit_unavailable, std::move(why)}; }

/// What is remembered of an earlier run.
struct state {
  std::string folder;  ///< empty: nothing is remembered
  base::posix_file lock;
  sink::remembered_place last;
};

made<state> open_state(const config::ship_options& o) {
  state out;
  if (o.state.empty()) return out;
  const auto refuse = [&](const std::string& why) {
    return unavailable(fmt::format("--state {}: {}", o.state, why));
  };
  const std::string folder = o.state + '/' + o.sink.name;
  auto last = sink::open_place(o.state, o.sink.name);
  if (!last) return refuse(last.error().message());
  using mode = base::posix_file::mode;
  const std::string lock_path = folder + "/lock";
  auto lock = base::posix_file::open(lock_path,
                                     base::exists(lock_path) ? mode::write_old : mode::write_new);
  if (!lock) return refuse("lock: " + lock.error().message());
  if (lock->lock()) return refuse("another logio ship uses it; give each its own");
  // Whose place it is: one of another input would skip records.
  const std::string from = o.shown_from + '\n';
  if (const auto text = base::read_text_file(folder + "/from", from_bytes_max)) {
    if (*text != from) {
      return refuse(fmt::format("is that of --from {}; give each input its own",
                                text->substr(0, text->find('\n'))));
    }
  } else if (const auto why = base::replace_text_file(folder, "from", from)) {
    return refuse("from: " + why.message());
  }
  out.folder = folder;
  out.lock = std::move(*lock);
  out.last = std::move(*last);
  return out;
}

/// Builds the input that the options name.
class input_maker {
 public:
  input_maker(const config::ship_options& o, ship_source& to, filter::filter wanted,
              const sink::remembered_place& last)
      : o_(o), to_(to), wanted_(std::move(wanted)), last_(last) {}

  using input = made<std::unique_ptr<ship_input>>;

  input operator()(const config::ship_from_stream& from) {
    const bool ndjson = from.form == config::ship_from_stream::format::ndjson;
    return input(std::make_unique<ship_stream_input>(
        to_, std::move(wanted_), STDIN_FILENO,
        ndjson ? wire::body_format::ndjson : wire::body_format::lines, topic()));
  }

  input operator()(const config::ship_from_journal& from) {
    const auto times = read_time_range(o_.since, o_.until, base::unix_now_ns());
    if (!times) return usage(times.error());
    auto files = journal::find_segments(from.path);
    if (!files) {
      return unavailable(fmt::format("cannot read {}: {}", from.path, files.error().message()));
    }
    if (files->empty()) {
      return unavailable(fmt::format(
          "{} holds no journal; name a hub's --data-dir, or a file of it", from.path));
    }
    return input(std::make_unique<ship_journal_input>(
        to_, std::move(wanted_), std::move(*files),
        last_.place ? last_.place->position : 0, *times));
  }

  input operator()(const config::ship_from_hub& from) {
    const auto times = read_time_range(o_.since, o_.until, base::unix_now_ns());
    if (!times) return usage(times.error());
    ship_hub_range range;
    range.query = from.query;
    range.since = o_.since;
    range.until = o_.until;
    range.follow = o_.follow;
    range.after = last_.place;
    return input(std::make_unique<ship_hub_input>(to_, std::move(wanted_), from.hub,
                                                  std::move(range)));
  }

  input operator()(const config::ship_from_kafka& from) {
    std::string why;
    auto out = make_ship_kafka_input(to_, std::move(wanted_), from, topic(), o_.follow, why);
    if (!out) return usage(fmt::format("--from {}: {}", o_.shown_from, why));
    return input(std::move(out));
  }

 private:
  record::topic topic() const { return {o_.app, o_.proc, o_.host}; }

  const config::ship_options& o_;
  ship_source& to_;
  filter::filter wanted_;
  const sink::remembered_place& last_;
};

/// Records without a place have it: another one in each run, so that a hub or an index that knows
/// records by epoch and number does not take new ones for old ones.
std::uint64_t random_epoch() {
  std::random_device device;
  const std::uint64_t high = device();
  return ((high << 32) | device()) | 1;
}

}  // namespace

boost::system::result<ship, ship_failure> make_ship(const config::ship_options& options,
                                                    const std::string& host_name) {
  record::topic topic{options.app, options.proc, options.host};
  if (topic.app.empty()) topic.app = "-";
  if (const auto wrong = record::check(topic)) return usage("the topic: " + *wrong);
  auto wanted = compile_selection(options.sink.selection, pattern_bytes_max);
  if (!wanted) {
    return usage(bad_selections(std::span(&options.sink, 1), {}, pattern_bytes_max).front());
  }
  auto remembered = open_state(options);
  if (!remembered) return remembered.error();
  std::string why;
  auto client = make_sink_client(options.sink, host_name, 0, remembered->folder, why);
  if (!client) return usage(fmt::format("sink {}: {}", options.sink.shown_url, why));

  ship out;
  sink::runner::parts parts;
  auto source = std::make_unique<ship_source>(
      remembered->last.place.value_or(sink::log_place{}), random_epoch());
  out.source = source.get();
  auto input = std::visit(input_maker(options, *source, std::move(*wanted), remembered->last),
                          options.from);
  if (!input) return input.error();
  out.input = std::move(*input);
  parts.options = options.sink;
  parts.folder = remembered->folder;
  parts.client = std::make_unique<ship_client>(std::move(client), *source);
  parts.source = std::move(source);
  // A run that was killed may have delivered more than it remembers.
  if (remembered->last.known) parts.repeated_before = std::numeric_limits<std::uint64_t>::max();
  out.run = std::make_unique<sink::runner>(std::move(parts));
  out.lock = std::move(remembered->lock);
  return out;
}

}  // namespace logio::app
