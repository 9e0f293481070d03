#include "app/journal_reader.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "journal/open_log.hpp"

namespace logio::app {
namespace {

using journal::open_log;
using journal::second;

const record::topic other{"other", "", ""};

/// A log of batches of ten, of two topics in turns, that arrived at the second of their first
/// position, over some segments.
struct world {
  explicit world(int batches = 400) : log(folder.path(), options()) {
    for (int i = 0; i < batches; ++i) {
      REQUIRE((i % 2 == 0 ? log.append(10) : log.append(10, "", 4, other)));
      if (i % 20 == 19) REQUIRE(log.wait_for_all());
    }
    REQUIRE(log.wait_for_all());
  }
  static journal::writer_options options() {
    journal::writer_options o = journal::quick();
    o.segment_bytes = 32 << 10;
    return o;
  }
  static filter::filter filtered(const std::string& app, const std::string& text = "") {
    filter::spec s;
    s.app.push_back(app);
    if (!text.empty()) s.log.push_back(text);
    return filter::compile(s, {}).value();
  }
  /// What all pieces hold: `shop 1 shop 2 missed 3-7 retention`.
  std::string read(journal_reader& reader, hub::deep_order order) const {
    std::string out;
    for (;;) {
      const hub::deep_piece piece = reader.read(order);
      std::size_t bytes = 0;
      for (const auto& item : piece.items) {
        if (!item.topic) {
          out += "missed " + std::to_string(item.first_position) + '-' +
                 std::to_string(item.first_position + item.positions - 1) + ' ' +
                 std::string(hub::to_string(item.why)) + '\n';
          continue;
        }
        CHECK(item.epoch == journal::epoch);
        CHECK(item.at == bytes);
        bytes += item.bytes;
        std::uint64_t position = item.first_position;
        for (const record::view r : record::batch_view(piece.bytes.data() + item.at, item.bytes)) {
          CHECK(r.text() == "record " + std::to_string(position++));
          out += item.topic->topic.app + ' ' + std::to_string(position - 1) + '\n';
        }
        CHECK(position == item.first_position + item.positions);
      }
      CHECK(bytes == piece.bytes.size());
      if (piece.until_reached || piece.at_end || piece.next_position >= order.end) return out;
      order.from = piece.next_position;
      order.skip_matches -= piece.skipped_matches;
    }
  }
  journal_reader reader(const filter::filter& f, const scan_limits& limits = {}) const {
    return {*log.in, *log.to, f, limits};
  }
  static hub::deep_order all() {
    hub::deep_order o;
    o.end = 1'000'000;
    o.bytes_max = 256 << 10;
    return o;
  }
  static std::string shops(std::uint64_t from, std::uint64_t to) {
    std::string out;
    for (std::uint64_t n = from; n <= to; ++n) {
      if ((n - 1) / 10 % 2 == 0) out += "shop " + std::to_string(n) + '\n';
    }
    return out;
  }

  temporary_folder folder;
  open_log log;
};

TEST_CASE("a reader gives what matches between two positions or times, in pieces of any size") {
  const world w;
  REQUIRE(w.log.in->segments().size() > 2);
  for (const std::size_t bytes_max : {1U, 100U, 5000U, 1U << 20}) {
    journal_reader reader = w.reader(world::filtered("shop"));
    hub::deep_order order = world::all();
    order.bytes_max = bytes_max;
    CHECK(w.read(reader, order) == world::shops(1, 4000));
    order.from = 1005;
    order.end = 2043;
    CHECK(w.read(reader, order) == world::shops(1005, 2042));
    order.skip_matches = 3;
    CHECK(w.read(reader, order) == world::shops(1008, 2042));
    order = world::all();
    order.bytes_max = bytes_max;
    order.since_ns = 1001 * second;
    order.until_ns = 1021 * second;
    CHECK(w.read(reader, order) == world::shops(1001, 1010));
  }
  journal_reader lines = w.reader(world::filtered("shop", " 1..7$"));
  const std::string found = w.read(lines, world::all());
  CHECK(found.starts_with("shop 1007\nshop 1027\n"));
  journal_reader none = w.reader(world::filtered("nobody"));
  CHECK(w.read(none, world::all()).empty());
}

TEST_CASE("a turn without time ends, and the next ones come to the end") {
  const world w;
  scan_limits limits;
  limits.turn_ns = 0;
  journal_reader reader = w.reader(world::filtered("shop", "record"), limits);
  CHECK(w.read(reader, world::all()) == world::shops(1, 4000));
}

std::optional<hub::deep_start> search(journal_reader& reader, const hub::deep_search& what) {
  for (int turns = 0; turns < 100'000; ++turns) {
    if (const auto start = reader.find(what); start.found) return start;
  }
  return std::nullopt;
}

TEST_CASE("a tail begins so that just as many match, whatever a turn's time") {
  const world w;
  for (const std::int64_t turn_ns : {std::int64_t{0}, scan_limits().turn_ns}) {
    scan_limits limits;
    limits.turn_ns = turn_ns;
    for (const std::uint64_t tail : {1U, 9U, 11U, 500U, 1999U, 2000U, 5000U}) {
      for (const std::uint64_t end : {4001U, 3333U, 15U}) {
        const std::string all = world::shops(1, end - 1);
        const auto matches = static_cast<std::uint64_t>(std::count(all.begin(), all.end(), '\n'));
        journal_reader reader = w.reader(world::filtered("shop"), limits);
        const auto start = search(reader, {tail, std::nullopt, std::nullopt, end});
        REQUIRE(start);
        CHECK(start->missed == 0);
        hub::deep_order order = world::all();
        order.from = start->position;
        order.end = end;
        order.skip_matches = start->skip_matches;
        const std::string got = w.read(reader, order);
        CHECK(all.ends_with(got));
        CHECK(static_cast<std::uint64_t>(std::count(got.begin(), got.end(), '\n')) ==
              std::min(tail, matches));
      }
    }
  }
}

TEST_CASE("since and until bound a search") {
  const world w;
  journal_reader since = w.reader(world::filtered("shop"));
  CHECK(search(since, {std::nullopt, 1001 * second, std::nullopt, 4001})->position == 1001);
  journal_reader both = w.reader(world::filtered("shop"));
  const auto start = search(both, {100, 1001 * second, 1061 * second, 4001});
  CHECK(start->position == 1001);
  CHECK(start->skip_matches == 0);
  journal_reader few = w.reader(world::filtered("shop"));
  const auto last = search(few, {5, 1001 * second, 1061 * second, 4001});
  hub::deep_order order = world::all();
  order.from = last->position;
  order.skip_matches = last->skip_matches;
  order.until_ns = 1061 * second;
  CHECK(w.read(few, order) == world::shops(1046, 1050));
}

TEST_CASE("what was deleted is missed, also of what a time asks for") {
  const world w;
  error_code why;
  REQUIRE(w.log.in->remove_oldest(why));
  const std::uint64_t oldest = w.log.in->segments().front().head.first_position;
  journal_reader reader = w.reader(world::filtered("shop"));
  hub::deep_order order = world::all();
  order.end = oldest + 5;
  CHECK(w.read(reader, order) == "missed 1-" + std::to_string(oldest - 1) + " retention\n" +
                                     world::shops(oldest, oldest + 4));
  const auto start = search(reader, {std::nullopt, 0, std::nullopt, 4001});
  CHECK(start->position == oldest);
  CHECK(start->missed == oldest - 1);
  CHECK(start->why == hub::missed_reason::retention);
  journal_reader later = w.reader(world::filtered("shop"));
  CHECK(search(later, {std::nullopt, 3001 * second, std::nullopt, 4001})->missed == 0);
}

TEST_CASE("a look for rare matches is given up, and says so") {
  const world w;
  scan_limits limits;
  limits.turn_ns = 0;
  limits.scan_bytes = 20'000;
  journal_reader reader = w.reader(world::filtered("shop", "record 3999"), limits);
  hub::deep_order order = world::all();
  order.give_up_to = 3800;
  const std::string got = w.read(reader, order);
  CHECK(got.starts_with("missed "));
  CHECK(got.ends_with("-3799 scan_limit\nshop 3999\n") == false);  // 3999 is the other topic's
  journal_reader counting = w.reader(world::filtered("shop", "record 7$"), limits);
  const auto start = search(counting, {1, std::nullopt, std::nullopt, 4001});
  REQUIRE(start);
  CHECK(start->why == hub::missed_reason::scan_limit);
  CHECK(start->missed == start->position - 1);
}

}  // namespace
}  // namespace logio::app
