#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>

#include "logio/client/publisher.hpp"
#include "scripted_hub.hpp"

namespace logio::client {
namespace {

publisher_options sending_options(const scripted_hub& hub) {
  auto options = options_for(hub);
  options.start_at_first_record = true;
  options.sends_on_sigterm = true;
  return options;
}

/// Runs `work` in a child, which then waits for its end, and returns the child.
template <class Work>
pid_t told_to_end(Work work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::signal(SIGTERM, SIG_DFL);  // it is Catch2's
  ::alarm(static_cast<unsigned>(test_deadline.count()));
  work();
  for (;;) ::pause();
}

/// A child that publishes one line and is told to end.
pid_t told_to_end_behind_a_line(const scripted_hub& hub) {
  return told_to_end([&] {
    static publisher to(sending_options(hub));
    to.add("the last");
    ::raise(SIGTERM);
  });
}

int signal_that_ended(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFSIGNALED(status)) return 0;
  return WTERMSIG(status);
}

void end_with_3(int) { ::_exit(3); }

void pass_on_and_end(int);
struct sigaction passed_to {};
void pass_on_and_end(int number) {
  passed_to.sa_handler(number);
  ::signal(number, end_with_3);
}

}  // namespace

TEST_CASE("SIGTERM sends what is left and ends the process all the same") {
  scripted_hub hub;
  const pid_t child = told_to_end_behind_a_line(hub);
  auto c = hub.accept();
  c.read_line();
  CHECK(raw_of(c.read_line()) == "the last");
  CHECK(::waitpid(child, nullptr, WNOHANG) == 0);  // it waits for the hub
  c.greet(1);
  CHECK(c.read_line().empty());
  c.close();
  CHECK(signal_that_ended(child) == SIGTERM);
}

TEST_CASE("a second SIGTERM ends it at once") {
  scripted_hub hub;
  const pid_t child = told_to_end_behind_a_line(hub);
  auto c = hub.accept();
  c.read_line();
  c.read_line();
  CHECK(c.read_line().empty());  // half closed: it is about to end
  CHECK(::kill(child, SIGTERM) == 0);
  CHECK(signal_that_ended(child) == SIGTERM);
}

TEST_CASE("a hub that does not answer keeps it for 5 seconds") {
  scripted_hub hub;
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = told_to_end_behind_a_line(hub);
  auto c = hub.accept();
  CHECK(signal_that_ended(child) == SIGTERM);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::seconds(5));
}

TEST_CASE("an application's handler for SIGTERM stays its own") {
  scripted_hub hub;
  bool before = false;
  SECTION("that was there before") { before = true; }
  SECTION("that comes later") {}
  const pid_t child = told_to_end([&] {
    if (before) ::signal(SIGTERM, end_with_3);
    static publisher to(sending_options(hub));
    to.add("the last");
    if (!before) ::signal(SIGTERM, end_with_3);
    ::raise(SIGTERM);
  });
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
}

TEST_CASE("a handler that calls the one before it is the one that decides") {
  scripted_hub hub;
  const pid_t child = told_to_end([&] {
    static publisher to(sending_options(hub));
    to.add("before");
    struct sigaction own {};
    own.sa_handler = pass_on_and_end;
    ::sigaction(SIGTERM, &own, &passed_to);
    ::raise(SIGTERM);
    to.add("behind");
  });
  auto c = hub.accept();
  c.read_line();
  CHECK(raw_of(c.read_line()) == "before");
  c.greet(1);
  CHECK(raw_of(c.read_line()) == "behind");
  CHECK(::kill(child, SIGTERM) == 0);
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
}

TEST_CASE("a child that publishes nothing ends of SIGTERM at once, and its parent goes on") {
  scripted_hub hub;
  const pid_t child = told_to_end([&] {
    static publisher to(sending_options(hub));
    to.add("parent");
    const pid_t grandchild = told_to_end([] { ::raise(SIGTERM); });
    to.add(signal_that_ended(grandchild) == SIGTERM ? "it ended" : "it did not");
  });
  auto c = hub.accept();
  c.read_line();
  CHECK(raw_of(c.read_line()) == "parent");
  CHECK(raw_of(c.read_line()) == "it ended");
  c.greet(2);
  CHECK(::kill(child, SIGTERM) == 0);
  CHECK(c.read_line().empty());
  c.close();
  CHECK(signal_that_ended(child) == SIGTERM);
}

TEST_CASE("a child that publishes sends what it has, as its parent does") {
  scripted_hub hub;
  const pid_t child = told_to_end([&] {
    static publisher to(sending_options(hub));
    to.add("parent");
    to.flush(test_deadline);  // so that its connection is the first
    const pid_t grandchild = told_to_end([] {
      to.add("grandchild");
      ::raise(SIGTERM);
    });
    to.add(signal_that_ended(grandchild) == SIGTERM ? "it ended" : "it did not");
  });
  auto parents = hub.accept();
  parents.read_line();
  CHECK(raw_of(parents.read_line()) == "parent");
  parents.greet(1);
  auto grandchilds = hub.accept();
  grandchilds.read_line();
  CHECK(raw_of(grandchilds.read_line()) == "grandchild");
  grandchilds.greet(1);
  CHECK(raw_of(parents.read_line()) == "it ended");
  CHECK(::kill(child, SIGKILL) == 0);
  CHECK(signal_that_ended(child) == SIGKILL);
}

}  // namespace logio::client
