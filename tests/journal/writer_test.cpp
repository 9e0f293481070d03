#include "logio/journal/writer.hpp"

#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "open_log.hpp"

namespace logio::journal {
namespace {

using namespace std::chrono_literals;

/// The numbers of all records in the directory, as ranges: `1-20 25-30`.
std::string ranges(const directory& in) {
  std::string out;
  std::uint64_t from = 0, behind = 0;
  const auto end_range = [&] {
    if (behind != from) out += std::to_string(from) + '-' + std::to_string(behind - 1) + ' ';
  };
  for (const segment_info& info : in.segments()) {
    auto reader = segment_reader::open(in.segment_path(info.name));
    REQUIRE(reader.has_value());
    REQUIRE(reader->read_summary()->has_value());
    frame f;
    error_code why;
    while (reader->next(f, why) == segment_reader::status::frame) {
      if (f.head.kind != frame_kind::batch) continue;
      const batch b = as_batch(f);
      if (b.first_position != behind) {
        end_range();
        from = behind = b.first_position;
      }
      for (const record::view r : record::batch_view(b.records.data(), b.records.size())) {
        REQUIRE(r.text() == "record " + std::to_string(behind++));
      }
    }
  }
  end_range();
  return out;
}

TEST_CASE("what is appended is written soon, whole and in order, and found at the next start") {
  const temporary_folder folder;
  {
    open_log log(folder.path());
    for (std::uint32_t i = 0; i < 100; ++i) REQUIRE(log.append(1 + i % 7, i % 2 == 0 ? "c1" : ""));
    CHECK(log.wait_for_all());
    CHECK(log.wait_until([&] { return log.progress.load() > 0; }));
    REQUIRE(log.append(3));
    CHECK(log.close() == 0);
    CHECK(ranges(*log.in) == "1-" + std::to_string(log.next - 1) + ' ');
  }
  open_log again(folder.path());
  CHECK(again.in->recovered().next_position == again.next);
  CHECK(again.next == 399);
  CHECK(again.in->recovered().clients.at(0).id == "c1");
  REQUIRE(again.append(5));
  CHECK(again.close() == 0);
  CHECK(ranges(*again.in) == "1-403 ");
  CHECK(again.in->segments().size() == 2);
}

TEST_CASE("segments end when they are long enough; the oldest go when there are too many bytes") {
  const temporary_folder folder;
  writer_options options = quick();
  options.segment_bytes = 64 << 10;
  options.keep.bytes_max = 300 << 10;
  open_log log(folder.path(), options);
  for (int i = 0; i < 400; ++i) {
    REQUIRE(log.append(100));
    if (i % 20 == 0) REQUIRE(log.wait_for_all());
  }
  REQUIRE(log.wait_until([&] { return log.in->segment_bytes() <= options.keep.bytes_max; }));
  CHECK(log.close() == 0);
  const auto segments = log.in->segments();
  REQUIRE(segments.size() > 2);
  for (std::size_t i = 1; i < segments.size(); ++i) {
    CHECK(segments[i].head.first_position == segments[i - 1].next_position);
  }
  CHECK(ranges(*log.in) ==
        std::to_string(segments[0].head.first_position) + "-40000 ");
}

TEST_CASE("each policy of fsync makes everything durable") {
  const temporary_folder folder;
  for (const fsync_policy policy :
       {fsync_policy::never, fsync_policy::interval, fsync_policy::always}) {
    writer_options options = quick();
    options.fsync = policy;
    options.fsync_interval = 20ms;
    open_log log(folder.path(), options);
    REQUIRE(log.append(10));
    CHECK(log.wait_for_all());
    CHECK(log.writes.load() > 0);
    CHECK((log.syncs.load() > 0) == (policy != fsync_policy::never));
    CHECK(log.close() == 0);
    CHECK(log.syncs.load() > 0);  // a sealed segment is synced
  }
}

TEST_CASE("a gap is written as one, and nothing is taken when the buffer is full") {
  const temporary_folder folder;
  writer_options options = quick();
  options.buffer_bytes = 8 << 10;
  open_log log(folder.path(), options);
  REQUIRE(log.wait_for_all());
  std::uint64_t refused = 0;
  for (int i = 0; i < 2000; ++i) {
    if (!log.append(50)) {
      ++refused;
      log.to->wait_for_room(1s);
    }
  }
  CHECK(refused > 0);
  REQUIRE(log.wait_for_all());
  const std::uint64_t before = log.next - 1;
  REQUIRE(log.to->try_append(gap{log.next, 1000, 0, 0}));
  log.next += 1000;
  REQUIRE(log.append(10));
  CHECK(log.close() == 0);
  CHECK(ranges(*log.in) == "1-" + std::to_string(before) + ' ' + std::to_string(before + 1001) +
                               '-' + std::to_string(before + 1010) + ' ');
}

TEST_CASE("a disk that takes no more stalls the journal, says why, and goes on when it can") {
  const temporary_folder folder;
  writer_options options = quick();
  options.buffer_bytes = 64 << 10;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  open_log log(folder.path(), options);
  REQUIRE(log.append(10));
  REQUIRE(log.wait_for_all());
  rlimit small = unlimited;
  small.rlim_cur = 40'001;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  while (log.append(100)) {
  }
  const bool said = log.wait_until([&] { return !log.to->stalled_because().empty(); });
  const std::string why = log.to->stalled_because();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  CHECK(said);
  CHECK(why.find(folder.path()) != std::string::npos);
  REQUIRE(log.wait_for_all());
  CHECK(log.to->stalled_because().empty());
  CHECK(log.close() == 0);
  CHECK(ranges(*log.in) == "1-" + std::to_string(log.next - 1) + ' ');
}

TEST_CASE("closing gives up at its deadline, and says how much") {
  const temporary_folder folder;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  open_log log(folder.path());
  REQUIRE(log.append(10));
  REQUIRE(log.wait_for_all());
  rlimit small = unlimited;
  small.rlim_cur = 2000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  REQUIRE(log.append(100));
  const std::uint64_t left = log.to->close(std::chrono::steady_clock::now() + 200ms);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  CHECK(left == 100);
}

}  // namespace
}  // namespace logio::journal
