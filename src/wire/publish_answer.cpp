#include "logio/wire/publish_answer.hpp"

#include <iterator>

#include <fmt/format.h>

#include "logio/base/json_string.hpp"

namespace logio::wire {

void append_greeting(std::string& out, std::uint64_t epoch, std::uint64_t ack) {
  fmt::format_to(std::back_inserter(out), "{{\"logio\":1,\"epoch\":\"{:016x}\",\"ack\":{}}}\n",
                 epoch, ack);
}

void append_ack(std::string& out, std::uint64_t ack) {
  fmt::format_to(std::back_inserter(out), "{{\"ack\":{}}}\n", ack);
}

void append_error(std::string& out, const refusal& why) {
  fmt::format_to(std::back_inserter(out), "{{\"error\":{{\"code\":\"{}\",\"message\":",
                 code(why.error));
  base::append_json_string(out, why.message);
  if (why.record != 0) fmt::format_to(std::back_inserter(out), ",\"record\":{}", why.record);
  out += "}}\n";
}

}  // namespace logio::wire
