#include "logio/journal/follower.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <thread>

#include "logio/journal/compressor.hpp"
#include "open_log.hpp"
#include "packed_segment.hpp"

namespace logio::journal {
namespace {

using namespace std::chrono_literals;

constexpr const char* reasons[] = {"damaged", "left out", "deleted"};

/// What the follower gives: `1-20 missed 21-30 damaged 31-40 `. Not checked by Catch2, which is
/// for one thread, but by broken().
class told {
 public:
  explicit told(std::uint64_t from) : from_(from), behind_(from) {}

  /// False: the end, or a failure.
  bool take(const follower::event& e) {
    if (const auto* b = std::get_if<follower::found_batch>(&e)) {
      take_batch(*b);
    } else if (const auto* m = std::get_if<follower::missed>(&e)) {
      expect(m->first_position == behind_);
      expect(m->count != 0);
      end_range();
      behind_ += m->count;
      text_ += "missed " + std::to_string(from_) + '-' + std::to_string(behind_ - 1) + ' ' +
               reasons[static_cast<int>(m->why)] + ' ';
      from_ = behind_;
      missed_ += m->count;
    } else if (const auto* s = std::get_if<follower::skipped>(&e)) {
      end_range();
      from_ = behind_ += s->count;
      skipped_ += s->count;
    } else {
      expect(std::holds_alternative<follower::end>(e));
      return false;
    }
    return true;
  }
  std::string text() {
    end_range();
    return broken_ ? "broken: " + text_ : text_;
  }
  bool broken() const { return broken_; }
  std::uint64_t position() const { return behind_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t missed() const { return missed_; }
  std::uint64_t skipped() const { return skipped_; }

 private:
  void expect(bool holds) { broken_ = broken_ || !holds; }
  void take_batch(const follower::found_batch& b) {
    expect(b.epoch == epoch);
    expect(b.topic != nullptr);
    expect(b.topic->app == (b.records.topic == 3 ? "shop" : "other"));
    std::uint64_t n = b.records.first_position;
    for (const record::view r :
         record::batch_view(b.records.records.data(), b.records.records.size())) {
      expect(r.text() == "record " + std::to_string(n));
      if (n++ < behind_) continue;  // the batch begins in front of where it was sought
      expect(n - 1 == behind_);
      ++behind_;
      ++received_;
    }
    expect(n == b.records.first_position + b.records.count);
  }
  void end_range() {
    if (behind_ != from_) {
      text_ += std::to_string(from_) + '-' + std::to_string(behind_ - 1) + ' ';
    }
    from_ = behind_;
  }

  std::string text_;
  std::uint64_t from_, behind_;
  bool broken_ = false;
  std::uint64_t received_ = 0, missed_ = 0, skipped_ = 0;
};

std::string follow_all(const open_log& log, std::uint64_t from = 1) {
  follower f(*log.in, *log.to);
  f.seek(from);
  told out(from);
  while (out.take(f.next())) {
  }
  REQUIRE(f.position() == out.position());
  return out.text();
}

/// Appends batches until so many segments are sealed.
void fill_segments(open_log& log, std::size_t sealed, std::uint32_t count = 10,
                   std::uint32_t topic = 3, const record::topic& name = shop) {
  while (log.in->segments().size() < sealed) {
    for (int k = 0; k < 20; ++k) REQUIRE(log.append(count, "", topic, name));
    REQUIRE(log.wait_for_all());
  }
}

/// The file of the segment that holds this position.
std::string file_of(const open_log& log, std::uint64_t position) {
  const auto found = log.in->find_segment(position);
  if (found) return log.in->segment_path(found->segment.name);
  return log.in->segment_path(
      segment_file_name(epoch, log.in->segments().empty()
                                   ? 1
                                   : log.in->segments().back().next_position));
}

/// Flips a bit of the frame that begins with this position.
void damage(const std::string& path, std::uint64_t position) {
  auto reader = segment_reader::open(path);
  REQUIRE(reader.has_value());
  frame f;
  error_code why;
  for (;;) {
    if (reader->next(f, why) != segment_reader::status::frame && !reader->find_next_whole(why)) {
      break;
    }
    if (f.head.kind != frame_kind::batch || f.head.position != position) continue;
    file_bytes bytes = read_file(path);
    bytes[f.at + frame_head_bytes + 40] ^= std::byte{1};
    return write_file(path, bytes);
  }
  FAIL("no batch begins there");
}

TEST_CASE("a follower reads what is written, goes on when there is more, and begins anywhere") {
  const temporary_folder folder;
  open_log log(folder.path(), small_segments());
  follower f(*log.in, *log.to);
  told all(1);
  CHECK_FALSE(all.take(f.next()));
  for (int i = 0; i < 40; ++i) {
    for (int k = 0; k < 10; ++k) {
      REQUIRE(log.append(7));
      REQUIRE(log.append(7, "", 4, {"other", "", ""}));
    }
    REQUIRE(log.wait_for_all());
    if (i % 3 == 0) f.rest();
    while (all.take(f.next())) {
    }
    CHECK(all.position() == log.next);
  }
  CHECK(all.text() == "1-5600 ");
  REQUIRE(log.in->segments().size() > 2);

  if (GENERATE(false, true)) compress_sealed(*log.in);
  for (std::uint64_t from = 1; from <= log.next; from += 83) {
    CHECK(follow_all(log, from) == (from == log.next ? "" : std::to_string(from) + "-5600 "));
  }
  CHECK(follow_all(log, log.next + 10).empty());
  CHECK(f.oldest_position() == 1);
  CHECK(log.close() == 0);
  CHECK(follow_all(log, 3) == "3-5600 ");
}

TEST_CASE("resting between any two batches changes nothing, also while the segment is sealed") {
  const temporary_folder folder;
  open_log log(folder.path(), small_segments());
  for (int k = 0; k < 100; ++k) REQUIRE(log.append(5));
  REQUIRE(log.wait_for_all());
  REQUIRE(log.in->segments().empty());
  follower f(*log.in, *log.to);
  f.seek(13);
  told out(13);
  for (int i = 0; i < 50; ++i) {
    REQUIRE(out.take(f.next()));
    f.rest();
  }
  follower open(*log.in, *log.to);  // has the segment open while it ends
  told other(1);
  REQUIRE(other.take(open.next()));
  while (log.in->segments().empty()) {
    REQUIRE(log.append(50));
    REQUIRE(log.wait_for_all());
  }
  while (out.take(f.next())) f.rest();
  while (other.take(open.next())) {
  }
  CHECK(out.text() == "13-" + std::to_string(log.next - 1) + ' ');
  CHECK(other.text() == "1-" + std::to_string(log.next - 1) + ' ');
}

TEST_CASE("beside a writer that appends, seals and deletes every position is accounted for") {
  const temporary_folder folder;
  writer_options options = small_segments();
  options.keep.bytes_max = 256 << 10;
  open_log log(folder.path(), options);
  std::optional<compressor> compressing;
  if (GENERATE(false, true)) {
    compressing.emplace(*log.in, compressor::pace{1ms, 1ms});
    options.keep.bytes_max = 160 << 10;
    log.to->keep(options.keep);
  }
  constexpr std::uint64_t last = 60'000;
  std::jthread appending([&] {
    while (log.next <= last) {
      if (!log.append(100)) log.to->wait_for_room(1ms);
    }
  });
  const auto follow = [&](bool rests) {
    follower f(*log.in, *log.to);
    told out(1);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (out.position() <= last && std::chrono::steady_clock::now() < deadline) {
      if (!out.take(f.next())) std::this_thread::yield();
      if (rests) f.rest();
    }
    return !out.broken() && out.received() + out.missed() == last;
  };
  bool other_is_right = false;
  std::jthread other([&] { other_is_right = follow(true); });
  CHECK(follow(false));
  other.join();
  CHECK(other_is_right);
  appending.join();
  // On a busy machine its thread may come late.
  CHECK(log.wait_until([&] { return !compressing || compressing->compressed_segments() != 0; }));
  // Whoever comes later is told what is gone.
  REQUIRE(log.wait_until([&] {  // nothing more goes then
    return log.in->segment_bytes() + log.to->active_bytes() <= options.keep.bytes_max;
  }));
  const std::uint64_t oldest = log.in->segments().front().head.first_position;
  REQUIRE(oldest > 1);
  CHECK(follow_all(log) == "missed 1-" + std::to_string(oldest - 1) + " deleted " +
                             std::to_string(oldest) + "-60000 ");
  CHECK(follower(*log.in, *log.to).oldest_position() == oldest);
}

TEST_CASE("a segment that is compressed meanwhile is read on, by who has it open and who rests") {
  const temporary_folder folder;
  open_log log(folder.path(), small_segments());
  fill_segments(log, 3, 20);
  follower open(*log.in, *log.to), resting(*log.in, *log.to);
  told a(1), b(1);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(a.take(open.next()));
    REQUIRE(b.take(resting.next()));
  }
  resting.rest();
  compress_sealed(*log.in);
  CHECK_FALSE(std::filesystem::exists(file_of(log, 1)));
  while (a.take(open.next())) {
  }
  while (b.take(resting.next())) resting.rest();
  const std::string all = "1-" + std::to_string(log.next - 1) + ' ';
  CHECK(a.text() == all);
  CHECK(b.text() == all);
}

TEST_CASE("a segment that is deleted is read to its end while open, and missed while resting") {
  const temporary_folder folder;
  open_log log(folder.path(), small_segments());
  fill_segments(log, 2, 20);
  const std::uint64_t second_at = log.in->segments().at(1).head.first_position;
  follower open(*log.in, *log.to), resting(*log.in, *log.to);
  told a(1), b(1);
  REQUIRE(a.take(open.next()));
  REQUIRE(b.take(resting.next()));
  resting.rest();
  error_code why;
  REQUIRE(log.in->remove_oldest(why));
  while (a.take(open.next())) {
  }
  while (b.take(resting.next())) {
  }
  const std::string end = std::to_string(log.next - 1) + ' ';
  CHECK(a.text() == "1-" + end);
  CHECK(b.text() == "1-20 missed 21-" + std::to_string(second_at - 1) + " deleted " +
                        std::to_string(second_at) + '-' + end);
  // A file that went away beside the hub, before it is noticed.
  std::filesystem::remove(file_of(log, second_at));
  CHECK(follow_all(log).starts_with("missed 1-" + std::to_string(second_at - 1) + " deleted "));
}

TEST_CASE("damage in a sealed segment and in the one being written is missed, exactly") {
  const temporary_folder folder;
  open_log log(folder.path(), small_segments());
  for (int k = 0; k < 30; ++k) REQUIRE(log.append(10));
  REQUIRE(log.wait_for_all());
  REQUIRE(log.in->segments().empty());
  damage(file_of(log, 101), 101);
  CHECK(follow_all(log) == "1-100 missed 101-110 damaged 111-300 ");
  CHECK(follow_all(log, 105) == "missed 105-110 damaged 111-300 ");
  damage(file_of(log, 291), 291);  // the last one: nothing whole is behind it
  follower f(*log.in, *log.to);
  told out(1);
  while (out.take(f.next())) {
  }
  REQUIRE(log.append(10));
  REQUIRE(log.wait_for_all());
  while (out.take(f.next())) {
  }
  CHECK(out.text() == "1-100 missed 101-110 damaged 111-290 missed 291-300 damaged 301-310 ");

  const std::string path = file_of(log, 1);
  CHECK(log.close() == 0);
  const auto still = "1-100 missed 101-110 damaged 111-290 missed 291-300 damaged 301-310 ";
  CHECK(follow_all(log) == still);
  const bool compressed = GENERATE(false, true);
  if (compressed) compress_sealed(*log.in);
  CHECK(follow_all(log) == still);
  file_bytes bytes = read_file(compressed ? path + ".zst" : path);
  bytes[20] ^= std::byte{1};  // of its head
  write_file(compressed ? path + ".zst" : path, bytes);
  CHECK(follow_all(log) == "missed 1-310 damaged ");
}

TEST_CASE("what the disk could not take is missed as left out") {
  const temporary_folder folder;
  open_log log(folder.path());
  REQUIRE(log.append(10));
  REQUIRE(log.to->try_append(gap{log.next, 1000, 11 * second, 12 * second}));
  log.next += 1000;
  REQUIRE(log.append(10));
  REQUIRE(log.wait_for_all());
  CHECK(follow_all(log) == "1-10 missed 11-1010 left out 1011-1020 ");
  CHECK(follow_all(log, 500) == "missed 500-1010 left out 1011-1020 ");
}

TEST_CASE("a time is found in sealed segments, in the one being written, and behind all") {
  const temporary_folder folder;
  open_log log(folder.path(), small_segments());
  const follower f(*log.in, *log.to);
  CHECK(f.find_time(0).value() == 1);
  fill_segments(log, 3);  // a batch arrives at the second of its first position
  for (int k = 0; k < 20; ++k) REQUIRE(log.append(10));
  REQUIRE(log.wait_for_all());
  if (GENERATE(false, true)) compress_sealed(*log.in);
  CHECK(f.find_time(0).value() == 1);
  for (std::uint64_t first = 1; first < log.next; first += 10) {
    const auto at = static_cast<std::int64_t>(first) * second;
    REQUIRE(f.find_time(at).value() == first);
    REQUIRE(f.position_before(at) <= first);
    REQUIRE(f.find_time(at + 1).value() == first + 10);
  }
  error_code why;
  REQUIRE(log.in->remove_oldest(why));
  CHECK(f.find_time(0).value() == log.in->segments().front().head.first_position);
}

TEST_CASE("what is damaged may have arrived later: a time begins in front of it") {
  const temporary_folder folder;
  open_log log(folder.path());
  const follower f(*log.in, *log.to);
  for (int k = 0; k < 3; ++k) REQUIRE(log.append(10));
  REQUIRE(log.wait_for_all());
  const std::string path = file_of(log, 1);
  damage(path, 1);
  damage(path, 21);
  CHECK(f.find_time(0).value() == 1);
  CHECK(f.find_time(5 * second).value() == 1);
  CHECK(f.find_time(12 * second).value() == 21);
  CHECK(f.find_time(30 * second).value() == 21);
  CHECK(log.close() == 0);
  CHECK(f.find_time(5 * second).value() == 1);
  CHECK(f.find_time(12 * second).value() == 21);
}

TEST_CASE("segments without a topic that is wanted are passed over, but not what they miss") {
  const temporary_folder folder;
  open_log log(folder.path(), small_segments());
  const record::topic other{"other", "", ""};
  fill_segments(log, 2, 20, 4, other);
  const std::uint64_t sealed = log.in->segments().back().next_position - 1;
  follower f(*log.in, *log.to);
  f.want([](const record::topic_view& t) { return t.app == "shop"; });
  if (GENERATE(false, true)) compress_sealed(*log.in);
  told out(1);
  while (out.take(f.next())) {
  }
  CHECK(out.skipped() == sealed);
  CHECK(out.position() == log.next);

  REQUIRE(log.to->try_append(gap{log.next, 5, 11 * second, 12 * second}));
  log.next += 5;
  CHECK(log.close() == 0);
  follower again(*log.in, *log.to);
  again.want([](const record::topic_view&) { return false; });
  told seen(1);
  while (seen.take(again.next())) {
  }
  CHECK(seen.skipped() == sealed);
  CHECK(seen.missed() == 5);
}

}  // namespace
}  // namespace logio::journal
