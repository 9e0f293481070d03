#include "logio/serve/formats.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "logio/record/batch_builder.hpp"

namespace logio::serve {
namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'900'000;

/// A batch of `texts`, and an encoder of one format.
struct fixture {
  fixture(stream_format format, const std::vector<std::string>& texts)
      : encoder(make_encoder(format, "hub1", 0x00c0ffee12345678)) {
    for (const std::string& text : texts) {
      record::head head{.time_ns = time_ns};
      if (text.find('\n') != std::string::npos) head.flags = record::inner_newline;
      batch.append(head, text);
    }
  }

  /// One call with `room` bytes, from `at` on.
  std::string encode(record::iterator& at, std::size_t room, std::uint32_t* records = nullptr,
                     std::uint64_t position = 1) {
    std::string out(room, '?');
    const auto done =
        encoder->encode(at, batch.view().end(), {topic, time_ns, position}, out.data(), room);
    REQUIRE(done.bytes <= room);
    CHECK(out.find_first_not_of('?', done.bytes) == std::string::npos);
    if (records != nullptr) *records = done.records;
    return out.substr(0, done.bytes);
  }
  std::string all() {
    record::iterator at = batch.view().begin();
    const std::string out = encode(at, 4096);
    CHECK(at == batch.view().end());
    return out;
  }
  std::string notices(const hub::loss& what) {
    std::string out = "before\n";
    encoder->append_loss(out, what, time_ns);
    return out;
  }

  std::unique_ptr<hub::encoder> encoder;
  record::batch_builder batch{4096};
  hub::topic_info topic{1, {"shop", "web", "vm"}, 0};
};

TEST_CASE("a record of an earlier run carries that run's cursor") {
  for (const stream_format format : {stream_format::ndjson, stream_format::sse}) {
    fixture f(format, {"one"});
    const auto encoded = [&](std::uint64_t epoch) {
      std::string out(1024, '?');
      record::iterator at = f.batch.view().begin();
      const hub::origin from{f.topic, time_ns, 7, epoch};
      out.resize(f.encoder->encode(at, f.batch.view().end(), from, out.data(), 1024).bytes);
      return out;
    };
    for (const auto& [epoch, cursor] :
         {std::pair(0UL, "00c0ffee12345678-7\""), std::pair(0xabcUL, "0000000000000abc-7\""),
          std::pair(0xdefUL, "0000000000000def-7\""),
          std::pair(0x00c0ffee12345678UL, "00c0ffee12345678-7\"")}) {
      CHECK(encoded(epoch).find(std::string("{\"cursor\":\"") + cursor) != std::string::npos);
    }
  }
}

TEST_CASE("text is time, topic and text; raw is the text alone") {
  const std::vector<std::string> texts{"one", "two\nthree", ""};
  CHECK(fixture(stream_format::text, texts).all() ==
        "2016-12-06T22:14:21.448 shop[web] vm: one\n"
        "2016-12-06T22:14:21.448 shop[web] vm: two\n\tthree\n"
        "2016-12-06T22:14:21.448 shop[web] vm: \n");
  CHECK(fixture(stream_format::raw, texts).all() == "one\ntwo\nthree\n\n");
}

TEST_CASE("ndjson is an object a line, sse an event with the cursor as its id") {
  const std::string object =
      R"({"cursor":"00c0ffee12345678-1","time":"2016-12-06T22:14:21.448900000Z",)"
      R"("arrived":"2016-12-06T22:14:21.448900000Z","app":"shop","proc":"web","host":"vm",)"
      R"("text":"one"})";
  CHECK(fixture(stream_format::ndjson, {"one"}).all() == object + "\n");
  CHECK(fixture(stream_format::sse, {"one"}).all() ==
        "id: 00c0ffee12345678-1\ndata: " + object + "\n\n");
  const std::string two = fixture(stream_format::ndjson, {"one", "two"}).all();
  CHECK(two.find("00c0ffee12345678-2") != std::string::npos);
}

TEST_CASE("each format has its own number, name, content type and heartbeat") {
  std::vector<int> numbers;
  for (const stream_format f : stream_formats) numbers.push_back(make_encoder(f, "", 1)->format());
  CHECK(numbers == std::vector<int>{0, 1, 2, 3});
  CHECK(content_type(stream_format::text) == "text/plain; charset=utf-8");
  CHECK(content_type(stream_format::raw) == "application/octet-stream");
  CHECK(content_type(stream_format::ndjson) == "application/x-ndjson");
  CHECK(content_type(stream_format::sse) == "text/event-stream");
  CHECK(to_string(stream_format::sse) == "sse");
  CHECK(heartbeat_bytes(stream_format::sse) == ":\n\n");
  CHECK(heartbeat_bytes(stream_format::raw).empty());
}

TEST_CASE("records that surely fit are encoded, the others wait for the next call") {
  for (const auto format : stream_formats) {
    fixture f(format, {"one", "two", "three"});
    const std::string whole = f.all();
    const std::size_t least = f.encoder->bound(*f.batch.view().begin(), f.topic);
    for (std::size_t room = 0; room < whole.size() + 2 * least; ++room) {
      CAPTURE(room);
      std::string got;
      std::uint32_t records = 0, total = 0;
      record::iterator at = f.batch.view().begin();
      for (int calls = 0; at != f.batch.view().end() && calls < 4; ++calls) {
        got += f.encode(at, room, &records, 1 + total);
        total += records;
      }
      if (room < least) {
        CHECK(total == 0);
        CHECK(at == f.batch.view().begin());
      } else if (total == 3) {
        CHECK(got == whole);
      } else {
        CHECK(whole.starts_with(got));  // a longer one does not fit
        CHECK(total >= 1);
      }
    }
  }
}

TEST_CASE("a loss is told behind what is there, missed records before dropped ones") {
  for (const auto format : {stream_format::text, stream_format::raw}) {
    fixture f(format, {});
    CHECK(f.notices({}) == "before\n");
    const std::string both = f.notices(
        {.dropped = 7, .dropped_since_ns = time_ns, .missed = 9, .missed_since_ns = time_ns});
    CHECK(both.starts_with("before\n"));
    const auto missed = both.find(" logio[hub] hub1: Error L13 (history lost): up to 9 ");
    const auto dropped = both.find(" logio[hub] hub1: Error L10 (output buffer overflow): 7 ");
    REQUIRE(missed != std::string::npos);
    REQUIRE(dropped != std::string::npos);
    CHECK(missed < dropped);
    CHECK(f.notices({.dropped = 7, .dropped_since_ns = time_ns}).find("L13") == std::string::npos);
    CHECK(f.notices({.missed = 9, .missed_since_ns = time_ns}).find("L10") == std::string::npos);
  }
}

TEST_CASE("losses are objects in ndjson and events in sse") {
  const hub::loss all{.dropped = 7, .dropped_since_ns = time_ns, .missed = 9,
                      .missed_since_ns = time_ns, .missed_why = hub::missed_reason::retention,
                      .continuity = true};
  const std::string lines = fixture(stream_format::ndjson, {}).notices(all);
  const auto continuity = lines.find(R"({"continuity_lost":true,)");
  const auto missed = lines.find(R"({"missed":9,)");
  CHECK(continuity < missed);
  CHECK(missed < lines.find(R"({"dropped":7,)"));
  CHECK(lines.find(R"("reason":"retention")") != std::string::npos);
  const std::string events = fixture(stream_format::sse, {}).notices(all);
  CHECK(events.find("event: continuity_lost\ndata: {") < events.find("event: missed\ndata: {"));
  CHECK(events.find("event: missed\n") < events.find("event: dropped\ndata: {"));
  CHECK(events.find("id:") == std::string::npos);
}

}  // namespace
}  // namespace logio::serve
