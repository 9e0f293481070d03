#include "logio/wire/json_notices.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logio::wire;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'900'000;

template <class... Arguments>
std::string notice(void (*append)(std::string&, Arguments...), Arguments... arguments) {
  std::string out = "before ";
  append(out, arguments...);
  return out.substr(7);
}

const std::string dropped =
    R"({"dropped":42,"since":"2016-12-06T22:14:21.448900000Z","reason":"slow_subscriber",)"
    R"("text":"Error L10 (output buffer overflow): 42 messages dropped since )"
    R"(2016-12-06T22:14:21.448."})";
const std::string missed =
    R"({"missed":7,"since":"2016-12-06T22:14:21.448900000Z","reason":"overtaken",)"
    R"("text":"Error L13 (history lost): up to 7 messages missed since )"
    R"(2016-12-06T22:14:21.448."})";
const std::string continuity =
    R"({"continuity_lost":true,"reason":"unknown_epoch","text":"Error L15 (continuity lost): )"
    R"(the cursor is of a run of the hub that is not known here; the stream begins with the )"
    R"(oldest message that is held."})";

}  // namespace

TEST_CASE("in ndjson a notice is an object in a line") {
  CHECK(notice(append_ndjson_dropped, std::uint64_t{42}, time_ns) == dropped + "\n");
  CHECK(notice(append_ndjson_missed, std::uint64_t{7}, time_ns, std::string_view("overtaken")) ==
        missed + "\n");
  CHECK(notice(append_ndjson_continuity_lost) == continuity + "\n");
}

TEST_CASE("in sse a notice is an event of its own without id") {
  CHECK(notice(append_sse_dropped, std::uint64_t{42}, time_ns) ==
        "event: dropped\ndata: " + dropped + "\n\n");
  CHECK(notice(append_sse_missed, std::uint64_t{7}, time_ns, std::string_view("overtaken")) ==
        "event: missed\ndata: " + missed + "\n\n");
  CHECK(notice(append_sse_continuity_lost) ==
        "event: continuity_lost\ndata: " + continuity + "\n\n");
}

