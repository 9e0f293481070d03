#include "logio/wire/bulk_answer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace logio::wire;

namespace {

bulk_answer read(std::string_view json) {
  bulk_answer out;
  const auto wrong = read_bulk_answer(json, out);
  CAPTURE(wrong.value_or(""));
  REQUIRE(!wrong);
  return out;
}

std::string wrong(std::string_view json) {
  bulk_answer out;
  return read_bulk_answer(json, out).value_or("nothing");
}

}  // namespace

TEST_CASE("an answer without errors needs no look at its items") {
  const bulk_answer all = read(R"({"took":3,"errors":false,"items":[{"create":{"status":201}}]})");
  CHECK_FALSE(all.errors);
  CHECK(all.items.empty());
}

TEST_CASE("each item has its status and its reason, in order") {
  // As OpenSearch 2.19.3 answers, once in full and once as far as the client asks for it.
  const bulk_answer some = read(
      R"({"took":30,"errors":true,"items":[{"create":{"_index":"a","_id":"1","_version":1,)"
      R"("result":"created","_shards":{"total":2,"successful":1,"failed":0},"_seq_no":0,)"
      R"("_primary_term":1,"status":201}}, {"create":{"_index":"a","_id":"2","status":400,)"
      R"("error":{"type":"mapper_parsing_exception","reason":"failed to parse [\"n\"]\nhere",)"
      R"("caused_by":{"type":"number_format_exception","reason":"For input string: \"x\""}}}},)"
      R"({"create":{"status":409,"error":{"type":"version_conflict_engine_exception",)"
      R"("reason":"document already exists"}}},{"index":{"status":503}}]})");
  REQUIRE(some.errors);
  REQUIRE(some.items.size() == 4);
  CHECK(some.items[0].status == 201);
  CHECK(some.items[0].why.empty());
  CHECK(some.items[1].status == 400);
  CHECK(some.items[1].type == "mapper_parsing_exception");
  CHECK(some.items[1].why ==
        "mapper_parsing_exception: failed to parse [\"n\"] here: number_format_exception: "
        "For input string: \"x\"");
  CHECK(some.items[2].status == 409);
  CHECK(some.items[2].why == "version_conflict_engine_exception: document already exists");
  CHECK(some.items[3].status == 503);
}

TEST_CASE("an answer that is read into used memory leaves nothing of the one before") {
  bulk_answer out;
  REQUIRE(!read_bulk_answer(
      R"({"errors":true,"items":[{"create":{"status":400,"error":{"type":"t","reason":"r"}}},{}]})",
      out));
  REQUIRE(out.items.size() == 2);
  REQUIRE(!read_bulk_answer(R"({"errors":true,"items":[{"create":{"status":201}}]})", out));
  REQUIRE(out.items.size() == 1);
  CHECK(out.items[0].status == 201);
  CHECK(out.items[0].type.empty());
  CHECK(out.items[0].why.empty());
}

TEST_CASE("a long reason is cut between characters, and the item keeps its status") {
  std::string reason;
  for (int i = 0; i < 3000; ++i) reason += "\xc3\xa4";
  const bulk_answer out = read(R"({"errors":true,"items":[{"create":{"status":400,"error":)"
                               R"({"type":"t","reason":")" + reason + R"("}}}]})");
  REQUIRE(out.items.size() == 1);
  CHECK(out.items[0].status == 400);
  CHECK(out.items[0].why == "t: " + reason.substr(0, 2048));
}

TEST_CASE("what is no answer to a bulk request is told apart") {
  CHECK(wrong("") == "the answer is cut off");
  CHECK(wrong(R"({"errors":true,"items":[{"create")") == "the answer is cut off");
  CHECK(wrong("<html>").starts_with("the answer: "));
  CHECK(wrong(R"({"name":"n1","version":{}})") == "the answer has no \"errors\"");
  CHECK(wrong(R"({"errors":true})") == "the answer has no \"items\"");
  CHECK(wrong(R"({"errors":true,"items":[7]})") == "an item of the answer is no object");
  CHECK(wrong(R"({"errors":true,"items":[{}, x]})") != "nothing");
}

TEST_CASE("an answer that is cut at any byte is not taken") {
  const std::string whole =
      R"({"errors":true,"items":[{"create":{"status":429,"error":{"type":"t","reason":"r"}}}]})";
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    CHECK(wrong(whole.substr(0, bytes)) != "nothing");
  }
}

TEST_CASE("the error of a whole request") {
  CHECK(read_search_error(R"({"error":{"root_cause":[{"type":"x","reason":"y"}],)"
                          R"("type":"security_exception","reason":"missing token"},)"
                          R"("status":401})") == "security_exception: missing token");
  CHECK(read_search_error(R"({"error":"no handler found","status":400})") == "no handler found");
  CHECK(read_search_error("Unauthorized").empty());
  CHECK(read_search_error(R"({"status":400})").empty());
}
