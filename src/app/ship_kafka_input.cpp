#include "ship_kafka_input.hpp"

#include <fmt/core.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

#include "logio/base/base64.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/utf8.hpp"
#include "logio/record/batch_builder.hpp"
#include "logio/sink/kafka_consumer.hpp"
#include "logio/sink/record_lines.hpp"
#include "logio/wire/gelf_decoder.hpp"

namespace logio::app {
namespace {

using base::log_level;
using std::chrono::milliseconds;

constexpr std::size_t batch_bytes = std::size_t{64} << 10;
/// A poll gives so many at most, so that what is settled is committed in time.
constexpr std::size_t messages_max = 5'000;
constexpr milliseconds full_wait{50};
/// One that was killed is missed that soon; until then its partitions wait for it.
constexpr std::chrono::seconds session_timeout{10};

/// Who reads lines and sends each with its end means the line.
void drop_line_end(wire::gelf_record& of) {
  if (!of.text.ends_with('\n')) return;
  of.text.pop_back();
  of.head.text_bytes = static_cast<std::uint32_t>(of.text.size());
  if (of.text.find('\n') == std::string::npos) {
    of.head.flags = static_cast<std::uint8_t>(of.head.flags & ~record::flag::inner_newline);
  }
}

class ship_kafka_input final : public ship_input {
 public:
  ship_kafka_input(ship_source& to, filter::filter wanted,
                   std::unique_ptr<sink::kafka_consumer> consumer, const record::topic& topic,
                   bool follow, milliseconds timeout)
      : ship_input(to, std::move(wanted)),
        consumer_(std::move(consumer)),
        topic_(topic),
        follow_(follow),
        timeout_(timeout),
        objects_(object_bytes_max),
        batch_(batch_bytes) {}

 private:
  struct on_its_way {
    std::uint64_t number = 0;
    sink::kafka_place place;
  };

  void read() override;
  void finish() override;
  void take(const sink::kafka_message_in& m);
  std::uint64_t add(const sink::kafka_message_in& m);
  std::uint64_t add_text(const sink::kafka_message_in& m, std::int64_t arrival_ns);
  record::view make(const record::head& h, std::string_view text, std::string_view fields);
  record::view make(std::string_view text, std::int64_t time_ns);
  void settle();
  void tell_trouble();

  const std::unique_ptr<sink::kafka_consumer> consumer_;
  const record::topic topic_;
  const bool follow_;
  const milliseconds timeout_;
  sink::record_lines objects_;
  wire::gelf_decoder gelf_;
  wire::gelf_record message_;
  record::batch_builder batch_;
  std::deque<on_its_way> flight_;
  std::string trouble_;
  std::uint64_t lost_ = 0;
};

void ship_kafka_input::read() {
  const auto taking = [this](const sink::kafka_message_in& m) { take(m); };
  std::unique_ptr<ship_piece> piece;
  while (!to_.is_stopped()) {
    const bool came = consumer_->poll(piece ? full_wait : look_interval,
                                      piece ? 0 : messages_max, taking);
    if (!piece) piece = writer_.take();
    if (piece) (void)to_.push(piece, sink::clock::now());
    settle();
    tell_trouble();
    if (!follow_ && !came && !piece && consumer_->at_end()) return;
  }
}

/// The group keeps this member until the sink is done with what it has.
void ship_kafka_input::finish() {
  while (!to_.wait_finished(milliseconds(0))) {
    (void)consumer_->poll(full_wait, 0, {});
    settle();
  }
  settle();
  if (!consumer_->close(timeout_)) {
    base::log(log_level::warn, ship_log,
              "the brokers did not take the last offsets in time: what was delivered since the "
              "last ones comes again{}{}",
              consumer_->trouble().empty() ? "" : "; ", consumer_->trouble());
  }
}

void ship_kafka_input::settle() {
  const std::uint64_t settled = to_.settled_number();
  while (!flight_.empty() && flight_.front().number <= settled) {
    consumer_->settle(flight_.front().place);
    flight_.pop_front();
  }
}

void ship_kafka_input::tell_trouble() {
  if (const std::uint64_t lost = consumer_->lost(); lost != lost_) {
    miss(lost - std::exchange(lost_, lost), "messages were gone from Kafka before they were read");
  }
  if (consumer_->trouble() == trouble_) return;
  const bool was = !std::exchange(trouble_, consumer_->trouble()).empty();
  if (!trouble_.empty()) {
    base::log(log_level::warn, ship_log, "{}; trying again until it works", trouble_);
  } else if (was) {
    base::log(log_level::info, ship_log, "reads from Kafka again");
  }
}

void ship_kafka_input::take(const sink::kafka_message_in& m) {
  told_.bytes.fetch_add(m.value.size(), std::memory_order_relaxed);
  flight_.push_back({add(m), m.place});
}

record::view ship_kafka_input::make(const record::head& h, std::string_view text,
                                    std::string_view fields) {
  batch_.clear();
  batch_.append(h, text, fields);
  return *batch_.view().begin();
}

record::view ship_kafka_input::make(std::string_view text, std::int64_t time_ns) {
  record::head h;
  h.time_ns = time_ns;
  h.text_bytes = static_cast<std::uint32_t>(text.size());
  if (text.find('\n') != text.npos) h.flags |= record::flag::inner_newline;
  return make(h, text, {});
}

std::uint64_t ship_kafka_input::add(const sink::kafka_message_in& m) {
  const std::int64_t arrival_ns = m.timestamp_ns != 0 ? m.timestamp_ns : base::unix_now_ns();
  const auto unusable = [&](std::string_view what, std::string_view text) {
    return writer_.add_unusable(
        make(text, arrival_ns), topic_, arrival_ns,
        fmt::format("the value at {}/{}, offset {} {}", m.topic, m.partition, m.place.offset,
                    what));
  };
  if (!m.has_value) return unusable("is a tombstone: it holds nothing", {});
  if (!base::is_utf8(m.value)) {
    std::string shown;
    base::append_base64(shown, m.value);
    return unusable("is no UTF-8; shown as base64", shown);
  }
  return add_text(m, arrival_ns);
}

std::uint64_t ship_kafka_input::add_text(const sink::kafka_message_in& m,
                                         std::int64_t arrival_ns) {
  if (m.value.starts_with('{')) {
    if (const auto found = objects_.read(m.value)) {
      return writer_.add(found->record, *found->topic, found->arrival_ns, {});
    }
    if (!gelf_.decode(m.value, topic_, arrival_ns, message_)) {
      drop_line_end(message_);
      return writer_.add(make(message_.head, message_.text, message_.fields), message_.topic,
                         arrival_ns, {});
    }
  }
  std::string_view text = m.value;
  if (text.ends_with('\n')) text.remove_suffix(1);
  return writer_.add(make(text, arrival_ns), topic_, arrival_ns, {});
}

}  // namespace

std::unique_ptr<ship_input> make_ship_kafka_input(ship_source& to, filter::filter wanted,
                                                  const config::ship_from_kafka& from,
                                                  const record::topic& topic, bool follow,
                                                  std::string& why) {
  sink::kafka_consumer_options options;
  options.name = "ship-" + from.group;
  options.peers = from.cluster.peers;
  options.topics = {from.cluster.path};
  options.group = from.group;
  if (from.latest) options.start = sink::kafka_start::latest;
  options.over = from.cluster.over;
  options.tls = from.cluster.tls;
  options.sasl_mechanism = from.cluster.sasl_mechanism;
  options.secrets = from.cluster.secrets;
  options.timeout = from.cluster.timeout;
  options.session_timeout = session_timeout;
  auto consumer = sink::kafka_consumer::open(options, why);
  if (!consumer) return nullptr;
  return std::make_unique<ship_kafka_input>(to, std::move(wanted), std::move(consumer), topic,
                                            follow, from.cluster.timeout);
}

}  // namespace logio::app
