#include "serve/kept_records.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "serve/board.hpp"
#include "serve/records_request.hpp"

namespace logio::serve {
namespace {

using testing::kept;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint64_t epoch = 0xab;

/// The answer to `query`, asked 100 s after 1970 began, of a hub whose next record is 1000.
std::string answer(const std::vector<kept>& records, const std::string& query,
                   std::string_view last_event_id = {}) {
  std::vector<sink_record> shared;
  for (const kept& k : records) shared.push_back(k.share());
  auto asked = parse_records_request(query, {}, stream_media::text, 100 * second).value();
  if (!last_event_id.empty()) resume_after(asked, last_event_id);
  kept_records all(std::move(shared), std::move(asked), {"hub1", epoch, 1000});
  std::string out;
  while (all.choose_next()) {
  }
  while (all.append_next(out, 100 * second)) {
  }
  return out;
}

std::vector<kept> numbered(int count) {
  std::vector<kept> out;
  for (int i = 1; i <= count; ++i) {
    kept k;
    k.text = "t" + std::to_string(i);
    k.position = static_cast<std::uint64_t>(i);
    k.arrival_ns = i * 10 * second;
    out.push_back(k);
  }
  return out;
}

TEST_CASE("each format is the stream's") {
  kept k;
  k.text = "one\ntwo";
  k.position = 7;
  k.arrival_ns = 5 * second;
  k.severity = 9;
  CHECK(answer({k}, "") == "1970-01-01T00:00:05.000 shop[web] h1: one\n\ttwo\n");
  CHECK(answer({k}, "format=raw") == "one\ntwo\n");
  const std::string object =
      R"({"cursor":"00000000000000ab-7","time":"1970-01-01T00:00:05.000000000Z",)"
      R"("arrived":"1970-01-01T00:00:05.000000000Z","app":"shop","proc":"web","host":"h1",)"
      R"("severity":9,"text":"one\ntwo"})";
  CHECK(answer({k}, "format=ndjson") == object + "\n");
  CHECK(answer({k}, "format=sse") == "id: 00000000000000ab-7\ndata: " + object + "\n\n");
  CHECK(answer({}, "").empty());
}

TEST_CASE("cursors have the run of the hub in which the record came") {
  auto records = numbered(3);
  records[0].epoch = 0xaa;
  const std::string out = answer(records, "format=ndjson");
  CHECK(out.find("\"00000000000000aa-1\"") != std::string::npos);
  CHECK(out.find("\"00000000000000ab-2\"") != std::string::npos);
  CHECK(out.find("\"00000000000000ab-3\"") != std::string::npos);
}

TEST_CASE("the patterns of a stream choose, for each topic anew") {
  auto records = numbered(4);
  records[0].severity = 17;
  records[1].topic = {"pay", "web", "h1"};
  records[2].text = "timeout";
  CHECK(answer(records, "format=raw&app=shop") == "t1\ntimeout\nt4\n");
  CHECK(answer(records, "format=raw&app=pa&match=partial") == "t2\n");
  CHECK(answer(records, "format=raw&log=time") == "timeout\n");
  CHECK(answer(records, "format=raw&exclude=time") == "t1\nt2\nt4\n");
  CHECK(answer(records, "format=raw&severity=error") == "t1\n");
  CHECK(answer(records, "app=pay") == "1970-01-01T00:00:20.000 pay[web] h1: t2\n");
  CHECK(answer(records, "format=raw&host=h2").empty());
}

TEST_CASE("a tail is the last of those that match") {
  auto records = numbered(6);
  for (const int i : {1, 3, 5}) records[static_cast<std::size_t>(i)].topic.app = "pay";
  CHECK(answer(records, "format=raw&tail=2") == "t5\nt6\n");
  CHECK(answer(records, "format=raw&tail=2&app=shop") == "t3\nt5\n");
  CHECK(answer(records, "format=raw&tail=100&app=pay") == "t2\nt4\nt6\n");
  CHECK(answer(records, "format=raw&tail=0").empty());
}

TEST_CASE("since holds its moment, until does not") {
  const auto records = numbered(5);
  CHECK(answer(records, "format=raw&since=70s") == "t3\nt4\nt5\n");
  CHECK(answer(records, "format=raw&until=70s") == "t1\nt2\n");
  CHECK(answer(records, "format=raw&since=80s&until=60s") == "t2\nt3\n");
  CHECK(answer(records, "format=raw&since=80s&until=60s&tail=1") == "t3\n");
}

TEST_CASE("after goes on behind the cursor, also one whose record is not kept") {
  auto records = numbered(5);
  records[1].position = 3;
  records[2].position = 10;
  records[3].position = 11;
  records[4].position = 12;
  CHECK(answer(records, "format=raw&after=00000000000000ab-10") == "t4\nt5\n");
  CHECK(answer(records, "format=raw&after=00000000000000ab-5") == "t3\nt4\nt5\n");
  CHECK(answer(records, "format=raw&after=00000000000000ab-0") == "t1\nt2\nt3\nt4\nt5\n");
  CHECK(answer(records, "format=raw&after=00000000000000ab-12").empty());
  CHECK(answer(records, "format=raw&after=00000000000000ab-999").empty());
}

TEST_CASE("a cursor of an earlier run that is kept is gone on from, into this one") {
  auto records = numbered(4);
  records[0].epoch = records[1].epoch = 0xaa;
  CHECK(answer(records, "format=raw&after=00000000000000aa-1") == "t2\nt3\nt4\n");
  CHECK(answer(records, "format=raw&after=00000000000000aa-2000") == "t3\nt4\n");
  CHECK(answer(records, "format=raw&after=00000000000000ab-3") == "t4\n");
  records.resize(2);  // all of this run are gone, or none came
  CHECK(answer(records, "format=raw&after=00000000000000ab-3").empty());
}

TEST_CASE("a cursor that means nothing here is said so, before all there is") {
  const auto records = numbered(2);
  const std::string notice = "1970-01-01T00:01:40.000 logio[hub] hub1: Error L15 ";
  for (const char* cursor : {"00000000000000cd-1", "00000000000000ab-1000"}) {
    INFO(cursor);
    const std::string out = answer(records, "format=raw&after=" + std::string(cursor));
    CHECK(out.starts_with(notice));
    CHECK(out.ends_with("\nt1\nt2\n"));
  }
  CHECK(answer({}, "after=00000000000000cd-1").starts_with(notice));
  const std::string sse = answer(records, "format=sse", "no cursor");
  CHECK(sse.find("continuity_lost") < sse.find("id: "));
  const std::string gone_on = answer(records, "format=sse&tail=2", "00000000000000ab-1");
  CHECK(gone_on.starts_with("id: 00000000000000ab-2\n"));
}

TEST_CASE("each step is one record") {
  std::vector<sink_record> shared;
  for (const kept& k : numbered(3)) shared.push_back(k.share());
  auto asked = parse_records_request("format=raw", {}, stream_media::text, 0).value();
  kept_records all(std::move(shared), std::move(asked), {"hub1", epoch, 1000});
  for (int i = 0; i < 3; ++i) CHECK(all.choose_next());
  CHECK_FALSE(all.choose_next());
  std::string out;
  CHECK(all.append_next(out, 0));
  CHECK(out == "t1\n");
  CHECK(all.append_next(out, 0));
  CHECK(all.append_next(out, 0));
  CHECK_FALSE(all.append_next(out, 0));
  CHECK(out == "t1\nt2\nt3\n");
}

}  // namespace
}  // namespace logio::serve
