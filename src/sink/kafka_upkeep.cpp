#include "sink/kafka_upkeep.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "sink/kafka_library.hpp"

namespace logio::sink {
namespace {

using std::chrono::milliseconds;
using cause = kafka_trouble::cause;

constexpr milliseconds slice{100};
constexpr milliseconds commit_interval{1000};
constexpr milliseconds probe_interval{2000};
constexpr milliseconds probe_wait_max{100};

/// Errors of a commit that the group's next turn mends by itself.
bool is_of_rebalance(rd_kafka_resp_err_t code) noexcept {
  return code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
         code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         code == RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST || code == RD_KAFKA_RESP_ERR__NO_OFFSET ||
         code == RD_KAFKA_RESP_ERR__DESTROY;
}

}  // namespace

void kafka_upkeep::queue_deleter::operator()(rd_kafka_queue_s* q) const noexcept {
  rd_kafka_queue_destroy(q);
}

kafka_upkeep::kafka_upkeep(rd_kafka_s* consumer, std::string group, kafka_offsets& offsets,
                           kafka_trouble& trouble)
    : consumer_(consumer),
      group_(std::move(group)),
      offsets_(offsets),
      trouble_(trouble),
      answers_(rd_kafka_queue_new(consumer)) {}

void kafka_upkeep::turn(bool assigned) {
  take_answer(milliseconds{0});
  if (!committing_ && clock::now() - last_commit_ >= commit_interval) send_commit();
  const bool probable = assigned && !probing_ && trouble_.is(cause::way);
  if (probable && clock::now() - last_probe_ >= probe_interval) probe();
}

bool kafka_upkeep::commit() {
  take_answer(milliseconds{0});
  if (!committing_) send_commit();
  return !refused_;
}

bool kafka_upkeep::commit_until(clock::time_point deadline) {
  wait_for_commit(deadline);  // whatever becomes of it, what follows says more
  refused_ = false;
  while (!committing_ && !refused_) {
    if (offsets_.due().empty()) return true;
    send_commit();
    wait_for_commit(deadline);
  }
  return false;
}

void kafka_upkeep::wait_for_commit(clock::time_point deadline) {
  for (auto now = clock::now(); committing_ && now < deadline; now = clock::now()) {
    take_answer(std::min(slice, std::chrono::ceil<milliseconds>(deadline - now)));
  }
}

void kafka_upkeep::send_commit() {
  last_commit_ = clock::now();
  const std::vector<kafka_offsets::entry> due = offsets_.due();
  if (due.empty()) return;
  const rd_kafka_resp_err_t code = rd_kafka_commit_queue(
      consumer_, make_kafka_list(due).get(), answers_.get(), nullptr, nullptr);
  committing_ = code == RD_KAFKA_RESP_ERR_NO_ERROR;
  refused_ = !committing_;
}

void kafka_upkeep::take_answer(milliseconds wait) {
  const kafka_event_ptr event(rd_kafka_queue_poll(answers_.get(), static_cast<int>(wait.count())));
  const rd_kafka_event_type_t type = rd_kafka_event_type(event.get());
  if (type == RD_KAFKA_EVENT_OFFSET_COMMIT) note_commit(event.get());
  if (type == RD_KAFKA_EVENT_LISTOFFSETS_RESULT) end_probe(event.get());
}

void kafka_upkeep::note_commit(rd_kafka_op_s* event) {
  committing_ = false;
  rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  const rd_kafka_topic_partition_list_t* const parts = rd_kafka_event_topic_partition_list(event);
  for (int i = 0; parts != nullptr && i < parts->cnt; ++i) {
    const rd_kafka_topic_partition_t& part = parts->elems[i];
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = part.err;
    if (part.err != RD_KAFKA_RESP_ERR_NO_ERROR || rd_kafka_event_error(event) != 0) continue;
    offsets_.note_committed({part.topic, part.partition, part.offset});
  }
  refused_ = code != RD_KAFKA_RESP_ERR_NO_ERROR;
  if (!refused_) trouble_.end({cause::way, cause::commit});
  if (!refused_ || is_of_rebalance(code)) return;
  trouble_.say(cause::commit, fmt::format("offsets of group '{}' could not be committed: {}",
                                          group_, kafka_reason(code, nullptr)));
}

/// Nothing needs to come when a trouble is over: the topic may be quiet. So the leaders of the
/// partitions are asked, or any broker where there are none.
void kafka_upkeep::probe() {
  last_probe_ = clock::now();
  if (offsets_.lanes().empty()) {
    const rd_kafka_metadata_t* data = nullptr;
    if (rd_kafka_metadata(consumer_, 0, nullptr, &data, static_cast<int>(probe_wait_max.count())) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      return;
    }
    rd_kafka_metadata_destroy(data);
    return trouble_.end({cause::way});
  }
  std::vector<kafka_offsets::entry> all;
  for (const auto& [id, of] : offsets_.lanes()) {
    all.push_back({of.topic, of.partition, RD_KAFKA_OFFSET_SPEC_LATEST});
  }
  probing_ = true;
  rd_kafka_ListOffsets(consumer_, make_kafka_list(all).get(), nullptr, answers_.get());
}

void kafka_upkeep::end_probe(rd_kafka_op_s* event) {
  probing_ = false;
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  std::size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** const infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i])->err != 0) return;
  }
  trouble_.end({cause::way});
}

}  // namespace logio::sink
