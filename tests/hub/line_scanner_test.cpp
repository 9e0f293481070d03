#include "logio/hub/line_scanner.hpp"

#include <catch2/catch_test_macros.hpp>

#include "hub/support.hpp"

namespace logio::hub::testing {
namespace {

void scan_all(fixture& f) {
  f.run();
  for (int i = 0; i < 1000 && f.dispatch.has_scan_work(); ++i) {
    f.dispatch.scan(std::int64_t{i} * 1'000'000'000);
  }
  REQUIRE_FALSE(f.dispatch.has_scan_work());
}

TEST_CASE("line patterns select lines, one filter or many") {
  fixture f;
  const auto shop = f.open("shop");
  const auto pay = f.open("pay");
  reader errors, timeouts, no_debug;
  f.subscribe(errors, logs("ERROR"));
  f.publish(shop, {"an ERROR", "fine"});
  scan_all(f);
  CHECK(errors.take_all() == "an ERROR\n");

  filter::spec pay_timeouts = logs("time.?out");
  pay_timeouts.app = {"pay"};
  f.subscribe(timeouts, pay_timeouts);
  filter::spec quiet;
  quiet.exclude = {"DEBUG"};
  f.subscribe(no_debug, quiet);
  f.publish(shop, {"ERROR timeout", "DEBUG x"});
  f.publish(pay, {"ERROR time-out", "DEBUG timeout"});
  scan_all(f);
  CHECK(errors.take_all() == "ERROR timeout\nERROR time-out\n");
  CHECK(timeouts.take_all() == "ERROR time-out\nDEBUG timeout\n");
  CHECK(no_debug.take_all() == "ERROR timeout\nERROR time-out\n");
}

TEST_CASE("a line scanner that the ring has overtaken says how many positions it missed") {
  fixture f;
  const auto shop = f.open("shop");
  reader errors, all;
  f.subscribe(errors, logs("ERROR"));
  f.subscribe(all, apps("shop"));
  std::uint64_t published = 0;
  f.publish(shop, {"ERROR first"});
  ++published;
  scan_all(f);
  CHECK(errors.take_all() == "ERROR first\n");
  for (int i = 0; i < 8000; ++i) {  // twice the ring
    REQUIRE(f.publish(shop, {std::string(1000, 'x')}).status == ring::append_status::ok);
    ++published;
    f.run();
    all.take_all();
  }
  scan_all(f);
  f.publish(shop, {"ERROR last"});
  scan_all(f);
  CHECK(errors.take_all() == fmt::format("!missed {}\nERROR last\n", published - 1));
  CHECK(errors.sub->counts().missed == published - 1);
}

TEST_CASE("the scanner's budget holds while the thread is busy and not while it is idle") {
  fixture f;
  const auto shop = f.open("shop");
  reader errors;
  f.subscribe(errors, logs("ERROR"));
  // At one instant nothing has been earned: a busy thread pauses, the next turn finds it idle only
  // if nothing else ran in between.
  f.publish(shop, {"x"});
  f.run();
  CHECK(f.dispatch.scan(1) == line_scanner::outcome::pause);
  f.publish(shop, {"x"});
  f.run();
  CHECK(f.dispatch.scan(1'000'000'000) == line_scanner::outcome::caught_up);
}

TEST_CASE("a slice that is not through is free on an idle thread, on the budget of a busy one") {
  fixture f;
  const auto shop = f.open("shop");
  reader r;
  f.subscribe(r, logs("[a-z]?(a?b?c?){8}z"));
  const std::vector<std::string> texts(40, std::string(1000, 'a'));
  for (int i = 0; i < 20; ++i) f.publish(shop, texts);  // milliseconds of work
  f.run();
  constexpr std::int64_t instant = 1'000'000;  // has earned less than the first slice takes
  REQUIRE(f.dispatch.scan(instant) == line_scanner::outcome::again);
  REQUIRE(f.dispatch.scan(instant) == line_scanner::outcome::again);
  f.dispatch.note_busy();
  CHECK(f.dispatch.scan(instant) == line_scanner::outcome::pause);
}

TEST_CASE("a turn that ends within a batch goes on where it stopped, losing and doubling nothing") {
  fixture f;
  const auto shop = f.open("shop");
  reader r;
  f.subscribe(r, logs("[a-z]?(a?b?c?){8}z"));  // matches every line, and costs
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) texts.push_back(fmt::format("{} {}z", i, std::string(1000, 'a')));
  std::string expected;
  for (int round = 0; round < 20; ++round) {
    f.publish(shop, texts);
    for (const auto& text : texts) expected += text + "\n";
    f.run();
    std::string got = r.take_all();
    for (int turn = 0; turn < 100'000 && f.dispatch.has_scan_work(); ++turn) {
      f.dispatch.scan(std::int64_t{turn} * 1'000'000'000);
      got += r.take_all();
    }
    CHECK(got == expected);
    expected.clear();
  }
}

}  // namespace
}  // namespace logio::hub::testing
