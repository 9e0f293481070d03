#include "logio/wire/publish_answer.hpp"

#include <catch_amalgamated.hpp>

using namespace logio::wire;

TEST_CASE("answers to publishers are one JSON object per line") {
  std::string out;
  append_greeting(out, 0xabc, 17);
  append_ack(out, 18);
  append_error(out, {publish_error::bad_time, 19, "time: \"x\ny\" is bad", false});
  append_error(out, {publish_error::shutting_down, 0, "caf\xff", true});
  CHECK(out ==
        "{\"logio\":1,\"epoch\":\"0000000000000abc\",\"ack\":17}\n"
        "{\"ack\":18}\n"
        R"({"error":{"code":"bad_time","message":"time: \"x\ny\" is bad","record":19}})"
        "\n"
        "{\"error\":{\"code\":\"shutting_down\",\"message\":\"caf\xef\xbf\xbd\"}}\n");
}
