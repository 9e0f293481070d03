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
      : encoder(make_encoder(format, "hub1")) {
    for (const std::string& text : texts) {
      record::head head{.time_ns = time_ns};
      if (text.find('\n') != std::string::npos) head.flags = record::inner_newline;
      batch.append(head, text);
    }
  }

  /// One call with `room` bytes, from `at` on.
  std::string encode(record::iterator& at, std::size_t room, std::uint32_t* records = nullptr) {
    std::string out(room, '?');
    const auto done = encoder->encode(at, batch.view().end(), topic, time_ns, out.data(), room);
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

TEST_CASE("text is time, topic and text; raw is the text alone") {
  const std::vector<std::string> texts{"one", "two\nthree", ""};
  CHECK(fixture(stream_format::text, texts).all() ==
        "2016-12-06T22:14:21.448 shop[web] vm: one\n"
        "2016-12-06T22:14:21.448 shop[web] vm: two\n\tthree\n"
        "2016-12-06T22:14:21.448 shop[web] vm: \n");
  CHECK(fixture(stream_format::raw, texts).all() == "one\ntwo\nthree\n\n");
}

TEST_CASE("each format has its own number and content type") {
  CHECK(make_encoder(stream_format::text, "")->format() !=
        make_encoder(stream_format::raw, "")->format());
  CHECK(content_type(stream_format::text) == "text/plain; charset=utf-8");
  CHECK(content_type(stream_format::raw) == "application/octet-stream");
}

TEST_CASE("records that surely fit are encoded, the others wait for the next call") {
  for (const auto format : {stream_format::text, stream_format::raw}) {
    fixture f(format, {"one", "two", "three"});
    const std::string whole = f.all();
    const std::size_t least = f.encoder->bound(*f.batch.view().begin(), f.topic);
    for (std::size_t room = 0; room < whole.size() + 2 * least; ++room) {
      CAPTURE(room);
      std::string got;
      std::uint32_t records = 0, total = 0;
      record::iterator at = f.batch.view().begin();
      for (int calls = 0; at != f.batch.view().end() && calls < 4; ++calls) {
        got += f.encode(at, room, &records);
        total += records;
      }
      if (room < least) {
        CHECK(total == 0);
        CHECK(at == f.batch.view().begin());
      } else if (total == 3) {
        CHECK(got == whole);
      } else {
        CHECK(whole.starts_with(got));  // the longest one does not fit
        CHECK(total == 2);
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

}  // namespace
}  // namespace logio::serve
