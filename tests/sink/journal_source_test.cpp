#include "logio/sink/journal_source.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

#include "journal/open_log.hpp"
#include "logio/base/posix_file.hpp"
#include "fed_records.hpp"

namespace logio::sink {
namespace {

using namespace testing;
using journal::open_log;
using std::chrono::milliseconds;

filter::filter compiled(const filter::spec& s) { return *filter::compile(s, filter::limits()); }

struct fixture {
  explicit fixture(std::uint64_t start = 1, const filter::spec& wanted = {},
                   const journal::writer_options& options = journal::quick())
      : log(folder.path(), options),
        source(compiled(wanted), *log.in, *log.to, journal::epoch, start,
               [this] { return log.next; }) {}

  /// The numbers that one fetch gives.
  std::vector<std::uint64_t> fetch(std::size_t records = 1000, std::size_t bytes = 1 << 20) {
    batch got;
    source.fetch(got, {records, bytes}, clock::now());
    std::vector<std::uint64_t> out;
    for (const item& i : got.items) {
      CHECK(i.record.text() == fmt::format("record {}", i.position));
      CHECK(i.epoch == journal::epoch);
      out.push_back(i.position);
    }
    return out;
  }

  temporary_folder folder;
  open_log log;
  journal_source source;
};

using numbers = std::vector<std::uint64_t>;

TEST_CASE("records come in order from the place on, also from within a frame") {
  fixture f(3);
  REQUIRE(f.log.append(5));
  REQUIRE(f.log.append(2));
  REQUIRE(f.log.wait_for_all());
  CHECK(f.source.counts().lag_records == 5);
  CHECK(f.fetch(2) == numbers{3, 4});
  CHECK(f.source.place().position == 2);
  f.source.settle();
  CHECK(f.source.place() == log_place{journal::epoch, 4});
  CHECK_FALSE(f.source.exhausted());
  CHECK(f.fetch() == numbers{5, 6, 7});
  f.source.settle();
  CHECK(f.source.exhausted());
  CHECK(f.source.counts().lag_records == 0);
  CHECK(f.source.counts().matched == 5);
  CHECK(f.fetch().empty());
  REQUIRE(f.log.append(1));
  REQUIRE(f.log.wait_for_all());
  CHECK(f.fetch() == numbers{8});
}

TEST_CASE("what is not wanted is passed over, and the place moves on") {
  filter::spec wanted;
  wanted.app = {"other"};
  wanted.log = {"7$"};
  fixture f(1, wanted);
  REQUIRE(f.log.append(20));
  REQUIRE(f.log.append(20, {}, 4, {"other", "", ""}));
  REQUIRE(f.log.wait_for_all());
  CHECK(f.fetch() == numbers{27, 37});
  f.source.settle();
  CHECK(f.source.place().position == 40);
}

TEST_CASE("a fetch that waits hears of what is written, and of an interrupt") {
  fixture f;
  std::thread writes([&] {
    REQUIRE(f.log.append(1));
    REQUIRE(f.log.wait_for_all());
    f.source.note_written();
  });
  batch got;
  const auto far = clock::now() + std::chrono::seconds(60);
  f.source.fetch(got, {10, 1000}, far);
  writes.join();
  CHECK(got.items.size() == 1);
  std::thread other([&] { f.source.interrupt(); });
  got.clear();
  f.source.fetch(got, {10, 1000}, far);
  other.join();
  CHECK(clock::now() < far);
}

TEST_CASE("one that is removed ends where it was told to") {
  fixture f;
  REQUIRE(f.log.append(10));
  REQUIRE(f.log.append(10));
  REQUIRE(f.log.wait_for_all());
  CHECK(f.source.end_at(14) == 14);
  CHECK(f.source.counts().lag_records == 13);
  CHECK(f.fetch() == numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
  f.source.settle();
  CHECK(f.source.exhausted());
  CHECK(f.fetch().empty());
  CHECK(f.source.place() == log_place{journal::epoch, 13});
  CHECK(f.source.counts().lag_records == 0);
}

TEST_CASE("a batch waits for more as long as it may") {
  fixture f;
  REQUIRE(f.log.append(2));
  REQUIRE(f.log.wait_for_all());
  batch got;
  const auto began = clock::now();
  f.source.fetch(got, {10, 1000, milliseconds(30)}, clock::now() + std::chrono::seconds(20));
  CHECK(got.items.size() == 2);
  CHECK(clock::now() - began >= milliseconds(25));
}

TEST_CASE("a journal that cannot be read is told, and read when it can be again") {
  fixture f;
  REQUIRE(f.log.append(3));
  REQUIRE(f.log.wait_for_all());
  const std::string folder = f.folder.path() + "/journal";
  const std::string hidden = f.folder.path() + "/hidden";
  const auto files = base::list_files(folder);
  REQUIRE(files.has_value());
  std::string segment;
  for (const auto& [name, bytes] : *files) {
    if (name.ends_with(".segment")) segment = name;
  }
  REQUIRE_FALSE(segment.empty());
  const std::string path = folder + '/' + segment;
  REQUIRE(::rename(path.c_str(), hidden.c_str()) == 0);
  REQUIRE(::symlink(path.c_str(), path.c_str()) == 0);  // a loop: it is there and cannot be opened
  CHECK(f.fetch().empty());
  CHECK(f.source.trouble().find("cannot read the journal") == 0);
  REQUIRE(::rename(hidden.c_str(), path.c_str()) == 0);
  CHECK(f.fetch() == numbers{1, 2, 3});
  CHECK(f.source.trouble().empty());
}

TEST_CASE("what retention deletes first is missed, and the rest comes") {
  journal::writer_options small = journal::quick();
  small.segment_bytes = 1 << 12;
  small.keep.bytes_max = 1 << 14;
  fixture f(1, {}, small);
  for (int i = 0; i < 400; ++i) REQUIRE(f.log.append(10));
  REQUIRE(f.log.wait_for_all());
  REQUIRE(f.log.wait_until([&] { return f.log.in->segment_bytes() <= (1 << 14); }));
  std::uint64_t got = 0, last = 0;
  for (;;) {
    const numbers some = f.fetch(100);
    if (some.empty()) break;
    got += some.size();
    last = some.back();
    f.source.settle();
  }
  CHECK(last == 4000);
  CHECK(f.source.counts().missed > 0);
  CHECK(got + f.source.counts().missed == 4000);
}

TEST_CASE("records stay where they are until they are settled, whatever their size") {
  fixture f;
  for (int i = 0; i < 300; ++i) REQUIRE(f.log.append(100));
  REQUIRE(f.log.wait_for_all());
  batch got;
  f.source.fetch(got, {30'000, 1 << 30}, clock::now() + std::chrono::seconds(20));
  REQUIRE(got.items.size() == 30'000);
  for (const item& i : got.items) REQUIRE(i.record.text() == fmt::format("record {}", i.position));
}

TEST_CASE("where a sink goes on after a restart") {
  const std::vector<journal::epoch_start> epochs = {{1, 1, 0}, {2, 500, 0}, {3, 900, 0}};
  constexpr std::uint64_t oldest = 300;
  const auto start = [&](bool known, std::optional<log_place> place) {
    return find_start({known, place}, epochs, oldest);
  };
  CHECK(start(false, std::nullopt) == 900);            // new: what is new
  CHECK(start(true, std::nullopt) == oldest);          // lost: everything again
  CHECK(start(true, log_place{2, 700}) == 701);
  CHECK(start(true, log_place{2, 899}) == 900);
  CHECK(start(true, log_place{2, 1000}) == 900);       // the machine lost the end of that epoch
  CHECK(start(true, log_place{9, 1000}) == oldest);    // of another directory
}

}  // namespace
}  // namespace logio::sink
