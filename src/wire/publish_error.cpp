#include "logio/wire/publish_error.hpp"

namespace logio::wire {

std::string_view code(publish_error error) noexcept {
  switch (error) {
    case publish_error::bad_json: return "bad_json";
    case publish_error::bad_topic: return "bad_topic";
    case publish_error::bad_time: return "bad_time";
    case publish_error::bad_record: return "bad_record";
    case publish_error::too_long: return "too_long";
    case publish_error::too_many_topics: return "too_many_topics";
    case publish_error::too_many_connections: return "too_many_connections";
    case publish_error::first_byte_timeout: return "first_byte_timeout";
    case publish_error::shutting_down: return "shutting_down";
  }
  return {};
}

}  // namespace logio::wire
