#include "logio/sink/kafka_consumer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>

#include "logio/base/log.hpp"
#include "sink/ca_bundle.hpp"
#include "sink/kafka_consumer_settings.hpp"
#include "sink/kafka_library.hpp"
#include "sink/kafka_offsets.hpp"
#include "sink/kafka_trouble.hpp"
#include "sink/kafka_upkeep.hpp"

namespace logio::sink {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using cause = kafka_trouble::cause;

/// The upkeep has its turn so often while poll() waits.
constexpr milliseconds slice{100};
constexpr milliseconds close_wait_max{10'000};

milliseconds left_until(clock::time_point deadline) {
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(deadline - clock::now()));
}

std::string_view bytes_of(const void* at, std::size_t size) noexcept {
  return at == nullptr ? std::string_view{} : std::string_view(static_cast<const char*>(at), size);
}

void fill_headers(const rd_kafka_message_t& from, std::vector<kafka_header_in>& out) {
  out.clear();
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(&from, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(list, i, &name, &value, &size) ==
                          RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    out.push_back({.name = name, .value = bytes_of(value, size)});
  }
}

/// Errors of the way to the brokers, whose end can be found out.
bool is_of_way(rd_kafka_resp_err_t code) noexcept {
  return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__RESOLVE ||
         code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
         code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

/// Errors of what lies in a partition, not of the way to it.
bool is_spoiled(rd_kafka_resp_err_t code) noexcept {
  return code == RD_KAFKA_RESP_ERR__BAD_MSG || code == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
         code == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED ||
         code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         code == RD_KAFKA_RESP_ERR__INVALID_TYPE;
}

std::string with_remedy(rd_kafka_resp_err_t code, std::string_view words,
                        const kafka_consumer_options& options) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return fmt::format("{}: create the topic, or mend its name", words);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return fmt::format("no permission to read the topic ({})", words);
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return fmt::format("no permission to read as group '{}' ({})", options.group, words);
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return fmt::format("group '{}' has members that do not assign as cooperative-sticky: give "
                         "this one a group of its own ({})", options.group, words);
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
      return fmt::format("the brokers do not allow a session of {} ms ({})",
                         options.session_timeout.count(), words);
    default: return std::string(words);
  }
}

}  // namespace

struct kafka_consumer::state {
  explicit state(const kafka_consumer_options& wanted)
      : options(wanted), log(kafka_peers(wanted.peers)), trouble(kafka_peers(wanted.peers)) {}
  ~state();
  state(const state&) = delete;

  bool start(std::string& error);
  // what comes
  void handle(kafka_event_ptr event);
  void take_message(const rd_kafka_message_t& message, const on_message& take);
  std::size_t take_kept(std::size_t messages_max, const on_message& take);
  kafka_offsets::lane_id lane_of(const rd_kafka_message_t& message);
  kafka_offsets::lane_id note_gap(kafka_offsets::lane_id id, std::int64_t offset);
  void handle_error(rd_kafka_event_t* event);
  void handle_partition_error(rd_kafka_event_t* event, rd_kafka_topic_partition_t& where);
  // the group
  void handle_rebalance(rd_kafka_event_t* event);
  void assign(rd_kafka_topic_partition_list_t* parts);
  bool look_up_committed(rd_kafka_topic_partition_list_t* parts);
  void revoke(rd_kafka_topic_partition_list_t* parts);
  void pause(bool on);

  const kafka_consumer_options options;
  kafka_log log;
  rd_kafka_t* rk = nullptr;
  kafka_queue_ptr queue, closing;
  kafka_offsets offsets;
  std::deque<kafka_event_ptr> ahead;   ///< came while nothing was to be given
  std::vector<kafka_event_ptr> given;  ///< what the user's views lie in
  kafka_message_in message;
  const rd_kafka_topic_t* last_topic = nullptr;  ///< of last_lane; null: look it up
  std::int32_t last_partition = 0;
  kafka_offsets::lane_id last_lane = 0;
  bool assigned = false, paused = false, closed = false;
  bool left_well = true;  ///< all that was settled of the last partitions was committed
  kafka_trouble trouble;
  std::unique_ptr<kafka_upkeep> upkeep;
  std::uint64_t lost = 0;
};

kafka_consumer::state::~state() {
  ahead.clear();
  given.clear();
  queue.reset();
  upkeep.reset();
  closing.reset();
  if (rk != nullptr) rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

bool kafka_consumer::state::start(std::string& error) {
  kafka_settings settings;
  if (auto wrong = make_kafka_consumer_settings(options, find_ca_bundle(), settings)) {
    error = *wrong;
    return false;
  }
  constexpr int events = RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE;
  rk = open_kafka(RD_KAFKA_CONSUMER, settings, events, log, error);
  if (rk == nullptr) return false;
  rd_kafka_poll_set_consumer(rk);
  queue.reset(rd_kafka_queue_get_consumer(rk));
  upkeep = std::make_unique<kafka_upkeep>(rk, options.group, offsets, trouble);
  std::vector<kafka_offsets::entry> wanted;
  for (const std::string& topic : options.topics) {
    wanted.push_back({topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_OFFSET_INVALID});
  }
  const rd_kafka_resp_err_t code = rd_kafka_subscribe(rk, make_kafka_list(wanted).get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) error = kafka_reason(code, nullptr);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR;
}

// -- what comes -----------------------------------------------------------------------------------

void kafka_consumer::state::handle(kafka_event_ptr event) {
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_FETCH: ahead.push_back(std::move(event)); break;
    case RD_KAFKA_EVENT_ERROR: handle_error(event.get()); break;
    case RD_KAFKA_EVENT_REBALANCE: handle_rebalance(event.get()); break;
    default: break;
  }
}

std::size_t kafka_consumer::state::take_kept(std::size_t messages_max, const on_message& take) {
  std::size_t count = 0;
  for (; count < messages_max && !ahead.empty(); ++count) {
    given.push_back(std::move(ahead.front()));
    ahead.pop_front();
    const rd_kafka_message_t* const next = rd_kafka_event_message_next(given.back().get());
    if (next != nullptr) take_message(*next, take);
  }
  return count;
}

void kafka_consumer::state::take_message(const rd_kafka_message_t& from, const on_message& take) {
  kafka_offsets::lane_id id = lane_of(from);
  if (id == 0) return;  // of a partition that was taken away meanwhile: its next owner reads it
  id = note_gap(id, from.offset);
  rd_kafka_timestamp_type_t type{};
  const std::int64_t ms = rd_kafka_message_timestamp(&from, &type);
  message.timestamp_ns = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || ms < 0 ? 0 : ms * 1'000'000;
  message.key = bytes_of(from.key, from.key_len);
  message.value = bytes_of(from.payload, from.len);
  message.has_value = from.payload != nullptr;
  message.topic = rd_kafka_topic_name(from.rkt);
  message.partition = from.partition;
  message.place = {.lane = id, .offset = from.offset};
  fill_headers(from, message.headers);
  trouble.end({cause::way, cause::group, cause::data});
  take(message);
}

kafka_offsets::lane_id kafka_consumer::state::lane_of(const rd_kafka_message_t& from) {
  if (last_topic != from.rkt || last_partition != from.partition) {
    last_topic = from.rkt;
    last_partition = from.partition;
    last_lane = offsets.id_of(rd_kafka_topic_name(from.rkt), from.partition);
  }
  return last_lane;
}

/// Enters the message into its lane, and says what was skipped in front of it. Gaps are usual where
/// a topic is compacted or transactions end; what is in front of the partition's beginning, or
/// could not be read, is lost.
kafka_offsets::lane_id kafka_consumer::state::note_gap(kafka_offsets::lane_id id,
                                                       std::int64_t offset) {
  kafka_offsets::lane* of = offsets.find(id);
  if (offset < of->position) {
    base::log(base::log_level::warn, {"kafka", log.peer()},
              "partition {} of topic '{}' has gone back from offset {} to {}: it was cut or made "
              "anew, and is read from there", of->partition, of->topic, of->position, offset);
    id = offsets.begin(std::string(of->topic), of->partition, offset);
    of = offsets.find(id);
    last_topic = nullptr;
  }
  std::int64_t from = of->position;
  const std::int64_t spoiled = std::exchange(of->spoiled, kafka_offsets::unknown);
  if (offsets.read(id, offset) == 0) return id;
  std::int64_t low = 0, high = 0;
  if (spoiled >= from) {
    low = offset;
    from = spoiled;
  } else if (rd_kafka_get_watermark_offsets(rk, of->topic.c_str(), of->partition, &low, &high) !=
             RD_KAFKA_RESP_ERR_NO_ERROR) {
    return id;
  }
  const std::int64_t end = std::min(low, offset);
  if (end <= from) return id;
  lost += static_cast<std::uint64_t>(end - from);
  base::log(base::log_level::warn, {"kafka", log.peer()},
            "partition {} of topic '{}': offsets {} to {} are lost: {}", of->partition, of->topic,
            from, end - 1, spoiled == from ? "they could not be read"
                                           : "they were deleted before they were read");
  return id;
}

void kafka_consumer::state::handle_error(rd_kafka_event_t* event) {
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  if (code == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) return;  // the library's log has it
  if (const kafka_partition_ptr where(rd_kafka_event_topic_partition(event)); where) {
    return handle_partition_error(event, *where);
  }
  // That all are down says less than what came before.
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !trouble.text().empty()) return;
  const char* const words = rd_kafka_event_error_string(event);
  if (is_of_way(code)) return trouble.say(cause::way, words);
  trouble.say(cause::group, with_remedy(code, words, options));
}

void kafka_consumer::state::handle_partition_error(rd_kafka_event_t* event,
                                                   rd_kafka_topic_partition_t& where) {
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  const kafka_offsets::lane_id id = offsets.id_of(where.topic, where.partition);
  if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    offsets.reach_end(id, where.offset);
    return trouble.end({cause::way, cause::group, cause::data});
  }
  const std::string what =
      fmt::format("partition {} of topic '{}': {}", where.partition, where.topic,
                  with_remedy(code, rd_kafka_event_error_string(event), options));
  if (!is_spoiled(code)) return trouble.say(is_of_way(code) ? cause::way : cause::group, what);
  kafka_offsets::lane* const of = offsets.find(id);
  if (of != nullptr && of->spoiled == kafka_offsets::unknown) {
    if (of->position == kafka_offsets::unknown) of->position = where.offset;
    of->spoiled = std::max(where.offset, of->position);
    base::log(base::log_level::warn, {"kafka", log.peer()}, "{}", what);
  }
  trouble.say(cause::data, what);
}

// -- the group ------------------------------------------------------------------------------------

void kafka_consumer::state::handle_rebalance(rd_kafka_event_t* event) {
  rd_kafka_topic_partition_list_t* const parts = rd_kafka_event_topic_partition_list(event);
  last_topic = nullptr;
  const bool gives = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  gives ? assign(parts) : revoke(parts);
}

void kafka_consumer::state::assign(rd_kafka_topic_partition_list_t* parts) {
  // While closing nobody would answer; what is given then is given back at once.
  const bool known = closed || parts->cnt == 0 || look_up_committed(parts);
  for (int i = 0; i < parts->cnt; ++i) {
    rd_kafka_topic_partition_t& part = parts->elems[i];
    offsets.begin(part.topic, part.partition, part.offset);
    const bool fresh = known && part.offset < 0;
    if (fresh && options.start == kafka_start::latest) part.offset = RD_KAFKA_OFFSET_END;
  }
  const bool eager = std::strcmp(rd_kafka_rebalance_protocol(rk), "EAGER") == 0;
  if (eager) {
    rd_kafka_assign(rk, parts);
  } else if (const kafka_error_ptr error(rd_kafka_incremental_assign(rk, parts)); error) {
    trouble.say(cause::group, fmt::format("the partitions could not be taken: {}",
                                          rd_kafka_error_string(error.get())));
    return;
  }
  if (paused && parts->cnt > 0) rd_kafka_pause_partitions(rk, parts);
  assigned = true;
  trouble.end({cause::way});
  if (parts->cnt > 0) trouble.end({cause::group});
}

/// Sets the offsets of `parts` to what is committed of them. False: the brokers did not answer, and
/// they are as they were, for the library to look up.
bool kafka_consumer::state::look_up_committed(rd_kafka_topic_partition_list_t* parts) {
  const kafka_partitions_ptr found(rd_kafka_topic_partition_list_copy(parts));
  const rd_kafka_resp_err_t code =
      rd_kafka_committed(rk, found.get(), static_cast<int>(options.timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    base::log(base::log_level::warn, {"kafka", log.peer()},
              "what group '{}' has committed could not be looked up: {}", options.group,
              kafka_reason(code, nullptr));
    return false;
  }
  for (int i = 0; i < found->cnt; ++i) {
    if (found->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  }
  for (int i = 0; i < found->cnt; ++i) parts->elems[i].offset = found->elems[i].offset;
  return true;
}

void kafka_consumer::state::revoke(rd_kafka_topic_partition_list_t* parts) {
  left_well = rd_kafka_assignment_lost(rk) != 0
                  ? offsets.due().empty()
                  : upkeep->commit_until(clock::now() + options.timeout);
  for (int i = 0; i < parts->cnt; ++i) {
    offsets.end(parts->elems[i].topic, parts->elems[i].partition);
  }
  if (std::strcmp(rd_kafka_rebalance_protocol(rk), "EAGER") == 0) {
    rd_kafka_assign(rk, nullptr);
  } else {
    const kafka_error_ptr error(rd_kafka_incremental_unassign(rk, parts));
  }
  if (offsets.lanes().empty()) assigned = false;
}

void kafka_consumer::state::pause(bool on) {
  if (std::exchange(paused, on) == on || offsets.lanes().empty()) return;
  std::vector<kafka_offsets::entry> all;
  for (const auto& [id, of] : offsets.lanes()) {
    all.push_back({of.topic, of.partition, RD_KAFKA_OFFSET_INVALID});
  }
  const kafka_partitions_ptr list = make_kafka_list(all);
  on ? rd_kafka_pause_partitions(rk, list.get()) : rd_kafka_resume_partitions(rk, list.get());
}

// -- the consumer ---------------------------------------------------------------------------------

kafka_consumer::kafka_consumer(std::unique_ptr<state> s) : state_(std::move(s)) {}

kafka_consumer::~kafka_consumer() {
  close(std::min<milliseconds>(state_->options.timeout, close_wait_max));
}

std::unique_ptr<kafka_consumer> kafka_consumer::open(const kafka_consumer_options& options,
                                                     std::string& error) {
  auto s = std::make_unique<state>(options);
  if (!s->start(error)) return nullptr;
  return std::unique_ptr<kafka_consumer>(new kafka_consumer(std::move(s)));
}

bool kafka_consumer::poll(milliseconds wait, std::size_t messages_max, const on_message& take) {
  state& s = *state_;
  const clock::time_point deadline = clock::now() + wait;
  s.given.clear();
  s.pause(messages_max == 0);
  std::size_t count = 0;
  do {
    s.upkeep->turn(s.assigned);
    count += s.take_kept(messages_max - count, take);
    if (messages_max > 0 && count >= messages_max) return true;
    const milliseconds left = count > 0 ? milliseconds{0} : std::min(slice, left_until(deadline));
    kafka_event_ptr event(rd_kafka_queue_poll(s.queue.get(), static_cast<int>(left.count())));
    while (event) {
      s.handle(std::move(event));
      count += s.take_kept(messages_max - count, take);
      if (messages_max > 0 && count >= messages_max) return true;
      event.reset(rd_kafka_queue_poll(s.queue.get(), 0));
    }
  } while (count == 0 && clock::now() < deadline);
  return count > 0;
}

void kafka_consumer::settle(const kafka_place& place) {
  state_->offsets.settle(place.lane, place.offset);
}

bool kafka_consumer::commit(bool wait) {
  kafka_upkeep& upkeep = *state_->upkeep;
  return wait ? upkeep.commit_until(clock::now() + state_->options.timeout) : upkeep.commit();
}

bool kafka_consumer::close(milliseconds wait) {
  state& s = *state_;
  if (std::exchange(s.closed, true)) return true;
  const clock::time_point deadline = clock::now() + wait;
  s.given.clear();
  s.ahead.clear();
  s.left_well = s.upkeep->commit_until(deadline);
  s.closing.reset(rd_kafka_queue_new(s.rk));
  const kafka_error_ptr error(rd_kafka_consumer_close_queue(s.rk, s.closing.get()));
  while (!error && rd_kafka_consumer_closed(s.rk) == 0 && clock::now() < deadline) {
    kafka_event_ptr event(rd_kafka_queue_poll(
        s.closing.get(), static_cast<int>(std::min(slice, left_until(deadline)).count())));
    if (event) s.handle(std::move(event));
  }
  s.offsets.end_all();
  s.assigned = false;
  return s.left_well && rd_kafka_consumer_closed(s.rk) != 0;
}

const std::string& kafka_consumer::trouble() const noexcept { return state_->trouble.text(); }
bool kafka_consumer::assigned() const noexcept { return state_->assigned; }
std::size_t kafka_consumer::partitions() const noexcept { return state_->offsets.lanes().size(); }
bool kafka_consumer::at_end() const noexcept {
  return state_->assigned && state_->ahead.empty() && state_->offsets.at_end();
}

std::uint64_t kafka_consumer::waiting() const {
  std::uint64_t sum = 0;
  for (const auto& [id, of] : state_->offsets.lanes()) {
    std::int64_t low = 0, high = 0;
    if (rd_kafka_get_watermark_offsets(state_->rk, of.topic.c_str(), of.partition, &low, &high) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      continue;
    }
    const std::int64_t next = std::max({of.position, low, std::int64_t{0}});
    if (high > next) sum += static_cast<std::uint64_t>(high - next);
  }
  return sum;
}

std::size_t kafka_consumer::unsettled() const noexcept { return state_->offsets.open(); }
std::uint64_t kafka_consumer::lost() const noexcept { return state_->lost; }

}  // namespace logio::sink
