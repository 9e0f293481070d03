#include "sink/kafka_producer.hpp"

#include <fmt/core.h>

#include <array>
#include <unordered_map>
#include <utility>

#include "sink/kafka_library.hpp"

namespace logio::sink {
namespace {

constexpr std::size_t answers_at_once = 256;

/// What the library says of a topic, with the remedy where the error is one of configuration.
std::string topic_reason(rd_kafka_t* rk, rd_kafka_resp_err_t code, const char* topic,
                         const char* peers_words) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__FATAL: return kafka_fatal_reason(rk);
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return fmt::format("topic '{}' does not exist: create it, or let the brokers do so "
                         "(auto.create.topics.enable)", topic);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return fmt::format("no permission to write to topic '{}' ({})", topic,
                         kafka_reason(code, peers_words));
    default: return fmt::format("topic '{}': {}", topic, kafka_reason(code, peers_words));
  }
}

/// A list that the library takes over with the message; null without headers.
kafka_headers_ptr make_headers(const kafka_message& message) {
  if (message.header_count == 0) return nullptr;
  kafka_headers_ptr list(rd_kafka_headers_new(message.header_count));
  for (std::size_t i = 0; i < message.header_count; ++i) {
    const kafka_header& h = message.headers[i];
    rd_kafka_header_add(list.get(), h.name, -1, h.value.data(),
                        static_cast<ssize_t>(h.value.size()));
  }
  return list;
}

}  // namespace

kafka_verdict judge_kafka_error(int code, bool record_named) noexcept {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return kafka_verdict::delivered;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: return kafka_verdict::batch_refused;
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return record_named ? kafka_verdict::refused : kafka_verdict::batch_refused;
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION: return kafka_verdict::refused;
    case RD_KAFKA_RESP_ERR__INVALID_DIFFERENT_RECORD: return kafka_verdict::again;
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED: return kafka_verdict::busy;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED: return kafka_verdict::in_doubt;
    default: return kafka_verdict::pending;
  }
}

struct kafka_producer::state {
  explicit state(std::string peer) : log(std::move(peer)) {}
  ~state() {
    topics.clear();
    if (queue != nullptr) rd_kafka_queue_destroy(queue);
    if (rk != nullptr) rd_kafka_destroy(rk);
  }
  state(const state&) = delete;

  rd_kafka_topic_t* topic(const std::string& name) {
    if (last_topic != nullptr && last_name == name) return last_topic;
    kafka_topic_ptr& t = topics[name];
    if (!t) t.reset(rd_kafka_topic_new(rk, name.c_str(), nullptr));
    last_name = name;
    return last_topic = t.get();
  }

  void report(const rd_kafka_message_t& message, const on_answer& answer) {
    // The tag travels as the message's opaque pointer.
    const auto tag = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(message._private));
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      answer(tag, kafka_verdict::delivered, {});
      return;
    }
    const char* const words = rd_kafka_message_produce_errstr(&message);
    answer(tag, judge_kafka_error(message.err, words != nullptr),
           topic_reason(rk, message.err, rd_kafka_topic_name(message.rkt), words));
  }

  void report_all(rd_kafka_event_t* event, const on_answer& answer) {
    std::array<const rd_kafka_message_t*, answers_at_once> messages;
    while (const std::size_t n =
               rd_kafka_event_message_array(event, messages.data(), messages.size())) {
      for (std::size_t i = 0; i < n; ++i) report(*messages[i], answer);
    }
    trouble.clear();
    all_down = false;
  }

  void note_error(rd_kafka_event_t* event) {
    const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      all_down = true;
      if (!trouble.empty()) return;  // it says less than what came before
    }
    trouble = rd_kafka_event_error_string(event);
  }

  kafka_log log;
  rd_kafka_t* rk = nullptr;
  rd_kafka_queue_t* queue = nullptr;
  std::unordered_map<std::string, kafka_topic_ptr> topics;
  std::string last_name;
  rd_kafka_topic_t* last_topic = nullptr;
  std::string trouble;
  bool all_down = false;
};

kafka_producer::kafka_producer(std::unique_ptr<state> s) : state_(std::move(s)) {}
kafka_producer::~kafka_producer() = default;

std::unique_ptr<kafka_producer> kafka_producer::open(const kafka_settings& settings,
                                                     std::string peer, std::string& error) {
  auto s = std::make_unique<state>(std::move(peer));
  s->rk = open_kafka(RD_KAFKA_PRODUCER, settings, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR, s->log,
                     error);
  if (s->rk == nullptr) return nullptr;
  s->queue = rd_kafka_queue_get_main(s->rk);
  return std::unique_ptr<kafka_producer>(new kafka_producer(std::move(s)));
}

kafka_verdict kafka_producer::produce(const std::string& topic, const kafka_message& message,
                                      std::uint32_t tag, std::string& why) {
  rd_kafka_topic_t* const to = state_->topic(topic);
  if (to == nullptr) {
    why = topic_reason(state_->rk, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, topic.c_str(), nullptr);
    return kafka_verdict::refused;
  }
  std::array<rd_kafka_vu_t, 7> parts{};
  std::size_t count = 0;
  const auto part = [&](rd_kafka_vtype_t type) -> auto& {
    parts[count].vtype = type;
    return parts[count++].u;
  };
  part(RD_KAFKA_VTYPE_RKT).rkt = to;
  auto& key = part(RD_KAFKA_VTYPE_KEY).mem;
  key.ptr = const_cast<char*>(message.key.data());
  key.size = message.key.size();
  // No flag: the value is neither copied nor freed by the library.
  auto& value = part(RD_KAFKA_VTYPE_VALUE).mem;
  value.ptr = const_cast<char*>(message.value.data());
  value.size = message.value.size();
  part(RD_KAFKA_VTYPE_TIMESTAMP).i64 = message.timestamp_ms;
  part(RD_KAFKA_VTYPE_OPAQUE).ptr = reinterpret_cast<void*>(std::uintptr_t{tag});
  kafka_headers_ptr headers = make_headers(message);
  if (headers) part(RD_KAFKA_VTYPE_HEADERS).headers = headers.get();

  const kafka_error_ptr error(rd_kafka_produceva(state_->rk, parts.data(), count));
  if (!error) {
    headers.release();  // NOLINT: the message has taken them over
    return kafka_verdict::delivered;
  }
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
  why = topic_reason(state_->rk, code, topic.c_str(), nullptr);
  return judge_kafka_error(code, false);
}

bool kafka_producer::poll(std::chrono::milliseconds wait, const on_answer& answer) {
  const kafka_event_ptr event(rd_kafka_queue_poll(state_->queue, static_cast<int>(wait.count())));
  if (!event) return false;
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_DR: state_->report_all(event.get(), answer); break;
    case RD_KAFKA_EVENT_ERROR: state_->note_error(event.get()); break;
    default: break;
  }
  return true;
}

bool kafka_producer::all_down() const noexcept { return state_->all_down; }

const std::string& kafka_producer::trouble() const noexcept { return state_->trouble; }

std::size_t kafka_producer::topics() const noexcept { return state_->topics.size(); }

}  // namespace logio::sink
