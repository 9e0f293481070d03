#include "logio/wire/publish_answer.hpp"

#include <catch2/catch_test_macros.hpp>

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

TEST_CASE("answers are read as they were written") {
  std::string text;
  append_greeting(text, 0xabc, 17, true);
  const auto greeting = read_answer(text);
  REQUIRE(greeting);
  CHECK(greeting->what == publish_answer::kind::greeting);
  CHECK(greeting->epoch == "0000000000000abc");
  CHECK(greeting->ack == 17);
  CHECK(greeting->numbered);
  const auto older = read_answer(R"({"logio":1,"epoch":"1","ack":3,"news":{"ack":9}})");
  REQUIRE(older);
  CHECK(older->ack == 3);
  CHECK_FALSE(older->numbered);

  const auto ack = read_answer(R"({"ack":18446744073709551615})");
  REQUIRE(ack);
  CHECK(ack->what == publish_answer::kind::ack);
  CHECK(ack->ack == UINT64_MAX);

  text.clear();
  append_error(text, {publish_error::bad_time, 19, "time: \"x\ny\" is bad", false});
  const auto error = read_answer(text);
  REQUIRE(error);
  CHECK(error->what == publish_answer::kind::error);
  CHECK(error->code == "bad_time");
  CHECK(error->message == "time: \"x\ny\" is bad");
  CHECK(error->record == 19);
}

TEST_CASE("what is no answer is not taken for one") {
  for (const char* const line : {"", "\n", "HTTP/1.1 400 Bad Request", "{", "{}", "[1]",
                                 R"({"ack":"1"})", R"({"ack":-1})", R"({"ack":1)",
                                 R"({"error":"text"})", R"({"ack":18446744073709551616})"}) {
    CAPTURE(line);
    CHECK_FALSE(read_answer(line));
  }
}
