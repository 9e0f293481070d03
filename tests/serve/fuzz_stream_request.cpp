// A query of GET /: any bytes give a request or an error that can be shown in both forms; what is
// accepted, shown as a query and parsed again, is the same request.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "logio/base/result.hpp"
#include "logio/serve/accept.hpp"
#include "logio/serve/stream_request.hpp"
#include "serve/topic_request.hpp"

using namespace logio::serve;

namespace {
constexpr std::int64_t now_ns = 1'481'062'461'448'000'000;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  static_cast<void>(preferred_stream(input));
  static_cast<void>(preferred_error(input));
  const std::string_view query = split_target(input).query;
  for (const std::string_view asked : {input, query}) {
    const auto topics = parse_topic_request(asked, {});
    LOGIO_ASSERT(topics.has_value() || !topics.error().message.empty(), "a refusal says what");
    LOGIO_ASSERT(!topics.has_value() || !topics->has_line_patterns(), "topics have no lines");
    auto request = parse_stream_request(asked, {}, preferred_stream(input), now_ns);
    if (!request) {
      const request_error& e = request.error();
      LOGIO_ASSERT(e.status == 400 || e.status == 414, "a refusal has its status");
      LOGIO_ASSERT(!e.message.empty() && !e.hint.empty(), "a refusal says what and what to do");
      LOGIO_ASSERT(!e.offset || *e.offset <= e.pattern.size(), "the place is within the pattern");
      const std::string text = render_text(e);
      for (const char c : text) {
        LOGIO_ASSERT(c == '\n' || static_cast<unsigned char>(c) >= 0x20, "no control characters");
      }
      const std::string json = render_json(e);
      LOGIO_ASSERT(json.ends_with("}}\n"), "an error in JSON is one line");
      continue;
    }
    const auto& spec = request->wanted.source();
    const auto again = parse_stream_request(logio::filter::to_query(spec), {}, {}, now_ns);
    LOGIO_ASSERT(again.has_value() && again->wanted.source() == spec,
                 "a request shown and parsed again is itself");
    resume_after(*request, input.substr(0, 40));
    const bool known = request->after && request->after->epoch == 1;
    resolve_cursor(*request, known ? std::optional<std::uint64_t>(100) : std::nullopt);
    LOGIO_ASSERT(request->history.after.value_or(0) < 100, "a cursor lies behind a record");
  }
  return 0;
}
