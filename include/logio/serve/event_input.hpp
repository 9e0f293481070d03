/// An event that came to the hub by another way than a request: what the server is given, and what
/// it says to it.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "logio/wire/marathon_event.hpp"

namespace logio::serve {

struct received_event {
  std::string json;
  std::string host;              ///< whom it is from if it names none
  std::uint64_t connection = 0;  ///< which brought it, from 1 on; requests have none
};

/// With a whole record instead of JSON: it goes into the log, and not into the store.
using event_input = std::variant<received_event, wire::marathon_event>;

struct event_outcome {
  enum class fate : std::uint8_t { taken, repeated, refused };

  fate what = fate::refused;
  std::string why;  ///< of a refusal
};

/// Says the outcome to who gave the event: exactly once, at the latest when it is destroyed.
class event_answer {
 public:
  using function = std::function<void(event_outcome)>;

  explicit event_answer(function to) : to_(std::move(to)) {}
  event_answer(event_answer&& other) noexcept : to_(std::exchange(other.to_, nullptr)) {}
  ~event_answer() { give({event_outcome::fate::refused, "the hub is shutting down"}); }

  void give(event_outcome outcome) {
    if (const function to = std::exchange(to_, nullptr)) to(std::move(outcome));
  }

 private:
  function to_;
};

}  // namespace logio::serve
