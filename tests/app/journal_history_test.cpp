#include "app/journal_history.hpp"

#include <catch2/catch_test_macros.hpp>
#include <atomic>
#include <semaphore>
#include <vector>

#include "journal/open_log.hpp"

namespace logio::app {
namespace {

using journal::open_log;


TEST_CASE("work runs on threads of its own, and waits while too many pieces are kept") {
  const temporary_folder folder;
  open_log log(folder.path());
  journal_history history(*log.in, *log.to);
  std::vector<std::shared_ptr<void>> kept(2 * journal_history::pieces_max);
  std::counting_semaphore<> done(0);
  std::atomic<unsigned> ran{0};
  for (auto& place : kept) {
    history.run([&](std::shared_ptr<void> ticket) {
      place = std::move(ticket);
      ++ran;
      done.release();
    });
  }
  for (unsigned i = 0; i < journal_history::pieces_max; ++i) {
    REQUIRE(done.try_acquire_for(journal::patience));
  }
  CHECK(ran == journal_history::pieces_max);
  // Each that is given back lets one more in.
  for (unsigned i = 0; i < journal_history::pieces_max; ++i) {
    kept[i].reset();
    REQUIRE(done.try_acquire_for(journal::patience));
  }
  CHECK(ran == 2 * journal_history::pieces_max);
  history.run([&](const std::shared_ptr<void>&) { ++ran; });  // no room: it never runs
  history.stop();
  CHECK(ran == 2 * journal_history::pieces_max);
  history.run([&](const std::shared_ptr<void>&) { ++ran; });
  CHECK(ran == 2 * journal_history::pieces_max);
}

TEST_CASE("the oldest position and a bound of a time's come from memory") {
  const temporary_folder folder;
  open_log log(folder.path());
  const journal_history history(*log.in, *log.to);
  CHECK(history.oldest_position() == 1);
  REQUIRE(log.append(10));
  REQUIRE(log.append(10));
  REQUIRE(log.wait_for_all());
  CHECK(history.oldest_position() == 1);
  CHECK(history.position_before(15 * journal::second) <= 11);
  CHECK(log.close() == 0);
  CHECK(history.position_before(15 * journal::second) == 21);  // nothing is as new
  CHECK(history.position_before(11 * journal::second) == 1);
}

}  // namespace
}  // namespace logio::app
