#include "event_taking.hpp"

#include <fmt/core.h>

#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t decoded_here_bytes_max = std::size_t{64} << 10;

std::string_view without_outer_space(std::string_view json) noexcept {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t first = json.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return json.substr(first, json.find_last_not_of(space) - first + 1);
}

/// An input's part in the end of publishing: what is under way is taken, also while the hub leaves.
class event_upload final : public upload {
 public:
  using upload::upload;

 private:
  void end() noexcept override {}
};

}  // namespace

net::task<> event_taking::run(event_input& event) {
  arrival_ns_ = base::unix_now_ns();
  received_event* const received = std::get_if<received_event>(&event);
  if (received == nullptr) {
    record_ = std::move(std::get<wire::marathon_event>(event));
  } else if (!co_await decode(*received)) {
    co_return;
  }
  if (!co_await publish(received)) co_return;
  co_await lane_.uploads_room().wait_ready();
  if (received == nullptr) co_return;
  server_state& server = lane_.server();
  server.event_numbers.count_taken(record_.type, arrival_ns_);
  const auto add = [&] {
    server.events.add({std::move(received->json), std::move(record_.topic.app),
                       std::move(record_.type), arrival_ns_});
  };
  // One at a time, also with several I/O threads.
  co_await lane_.worker().run(lane_.get_executor(), add);
}

/// False: it is no JSON.
net::task<bool> event_taking::decode(received_event& event) {
  std::string& json = event.json;
  std::optional<std::string> wrong;
  const auto read = [&] {
    wire::marathon_decoder decoder({.line_bytes_max = lane_.options().line_bytes_max,
                                    .event_bytes_max = event_bytes_max});
    wrong = decoder.decode(json, event.host, arrival_ns_, record_);
  };
  if (json.size() <= decoded_here_bytes_max) {
    read();
  } else {
    co_await lane_.worker().run(lane_.get_executor(), read);
  }
  if (wrong) {
    fail(400, request_fault::bad_body, std::move(*wrong), "Send one JSON value.");
    co_return false;
  }
  const std::string_view plain = without_outer_space(json);
  if (plain.size() != json.size()) json = std::string(plain);
  json.shrink_to_fit();
  co_return true;
}

/// False: it is not in the log.
net::task<bool> event_taking::publish(const received_event* received) {
  upload_room& room = lane_.uploads_room();
  hub::hub& hub = lane_.hub();
  co_await room.wait_ready();
  const auto topic = topics_.open(record_.topic, arrival_ns_, hub.ring().end().chunk);
  if (!topic) {
    fail(503, request_fault::too_many,
         fmt::format("the hub has {} topics with publishers, its maximum",
                     hub.options().topics_max),
         "Publish to fewer topics, or raise --topics-max.");
    co_return false;
  }
  // Now, when nothing can stop it any more: the other copy would be taken for a second one.
  if (received != nullptr && lane_.options().watch_repeated_events &&
      lane_.server().repeated.is_repeated(received->json, received->connection,
                                          net::clock::now())) {
    lane_.server().event_numbers.count_repeated();
    repeated_ = true;
    co_return false;
  }
  fit();
  room.batch().append(record_.head, record_.text, record_.fields);
  room.append(*topic, arrival_ns_);
  co_return true;
}

void event_taking::fit() {
  const std::size_t room_bytes = lane_.hub().payload_bytes_max();
  if (record::stored_bytes(record_.text.size(), record_.fields.size()) <= room_bytes) return;
  base::log(base::log_level::warn, {"events"},
            "the fields of an event take {} bytes, and the ring has room for records of {}: the "
            "record goes without them. Raise --ring-bytes",
            record_.fields.size(), room_bytes);
  record_.fields.clear();
  record_.head.fields_bytes = 0;
}

void event_taking::fail(unsigned status, request_fault code, std::string message,
                        std::string hint) {
  problem_ = make_error(status, code, std::move(message), std::move(hint));
}

net::task<> take_event(lane& owner, event_input event, event_answer answer) {
  const event_upload counted(owner);
  event_taking taking(owner);
  co_await taking.run(event);
  using fate = event_outcome::fate;
  if (taking.problem()) {
    const request_error& wrong = *taking.problem();
    answer.give({fate::refused, wrong.message + ". " + wrong.hint});
  } else {
    answer.give({taking.is_repeated() ? fate::repeated : fate::taken, {}});
  }
}

}  // namespace logio::serve
