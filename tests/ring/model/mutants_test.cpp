// The model test can fail: each mutant of the ring is found out in a world where the ring is not.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <string>
#include <string_view>

#include "ring/model/mutants.hpp"

namespace logio::ring::model {
namespace {

using test::tiny;
using writers = std::vector<batches>;
using looks = std::vector<unsigned>;

constexpr std::uint64_t schedules_max = 10'000;
constexpr std::uint64_t innocent_schedules_max = 1'000;  // schedules_test.cpp looks at them all
constexpr unsigned seconds_max = 60;

/// The first line that tells of a finding. AddressSanitizer says once in each process, as
/// `==PID==WARNING: …`, that it is not sure of itself where stacks are switched.
std::string first_finding(std::string_view out) {
  while (!out.empty()) {
    const std::string_view line = out.substr(0, out.find('\n'));
    if (!(line.starts_with("==") && line.find("==WARNING: ASan") != line.npos)) {
      return std::string(line);
    }
    out.remove_prefix(std::min(line.size() + 1, out.size()));
  }
  return {};
}

/// What the exploration of a world found, in a process of its own: a mutant may break an invariant
/// and abort, or run over wild memory. Empty: nothing.
template <class World, class... Args>
std::string found_in(std::uint64_t schedules, const Args&... args) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::fflush(stdout);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL);
    ::signal(SIGSEGV, SIG_DFL);
    ::alarm(seconds_max);
    ::dup2(ends[1], STDERR_FILENO);
    const report r =
        explore([&] { return std::make_unique<World>(args...); }, schedules);
    const auto written = ::write(ends[1], r.error.data(), r.error.size());
    ::_exit(written == static_cast<ssize_t>(r.error.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string out;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    out.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) {
    REQUIRE(WTERMSIG(status) != SIGALRM);
    if (out.empty()) out = "died by signal " + std::to_string(WTERMSIG(status));
  }
  return first_finding(out);
}

template <class P>
std::string in_sleep(std::uint64_t schedules = schedules_max) {
  return found_in<writers_and_gate<P>>(schedules, tiny(2, 8, 1, 0), writers{{1}, {1}});
}
template <class P>
std::string in_recycling(std::uint64_t schedules = schedules_max) {
  return found_in<writers_and_gate<P>>(schedules, tiny(2, 1, 1, 0), writers{{1, 1, 1}});
}
template <class P>
std::string in_closing(std::uint64_t schedules = schedules_max) {
  return found_in<writers_and_gate<P>>(schedules, tiny(2, 3, 1, 0), writers{{2, 2, 2}});
}
template <class P>
std::string in_pinning(std::uint64_t schedules = schedules_max) {
  return found_in<writers_and_pins<P>>(schedules, tiny(2, 1, 1, 1), writers{{1, 1, 1, 1}},
                                       looks{3});
}
template <class P>
std::string in_two_pins(std::uint64_t schedules = schedules_max) {
  return found_in<writers_and_pins<P>>(schedules, tiny(2, 1, 1, 2), writers{{1, 1, 1, 1}},
                                       looks{2, 2});
}
template <class P>
std::string in_writing_alone(std::uint64_t schedules = schedules_max) {
  return found_in<writers_and_pins<P>>(schedules, tiny(2, 1, 1, 0), writers{{1, 1}, {1}}, looks{});
}
template <class P>
std::string in_guests(std::uint64_t schedules = schedules_max) {
  return found_in<writers_and_guests<P>>(schedules, tiny(2, 1, 1, 0), writers{{1, 1, 1}}, looks{2});
}
template <class P>
std::string in_late_gate(std::uint64_t schedules = schedules_max) {
  return found_in<writers_and_late_gate<P>>(schedules, tiny(2, 1, 1, 0), writers{{1, 1, 1}});
}

void killed(const char* mutant, const std::string& found, const char* expected) {
  std::printf("%-38s %s\n", mutant, found.empty() ? "SURVIVED" : found.c_str());
  INFO(mutant << ": " << found);
  CHECK(found.find(expected) != std::string::npos);
}
#define KILLED(world, mutant, expected) killed(#mutant, world<mutant>(), expected)

TEST_CASE("the ring itself is found innocent in every world in which the mutants are tried") {
  CHECK(in_sleep<platform>(innocent_schedules_max).empty());
  CHECK(in_recycling<platform>(innocent_schedules_max).empty());
  CHECK(in_closing<platform>(innocent_schedules_max).empty());
  CHECK(in_pinning<platform>(innocent_schedules_max).empty());
  CHECK(in_two_pins<platform>(innocent_schedules_max).empty());
  CHECK(in_writing_alone<platform>(innocent_schedules_max).empty());
  CHECK(in_guests<platform>(innocent_schedules_max).empty());
  CHECK(in_late_gate<platform>(innocent_schedules_max).empty());
}

TEST_CASE("rings that append wrongly are found out") {
  KILLED(in_recycling, commits_before_copying, "data race");
  KILLED(in_recycling, commits_relaxed, "data race");
  KILLED(in_recycling, commits_with_release_only, "deadlock");
  KILLED(in_recycling, looks_for_sleepers_before_committing, "deadlock");
  KILLED(in_closing, closes_no_chunk, "deadlock");
  KILLED(in_sleep, accepts_a_torn_glance, "positions are dense");
  KILLED(in_sleep, raises_no_arrival, "no batch arrived before");
  KILLED(in_sleep, overwrites_the_arrival, "no batch arrived before");
}

TEST_CASE("rings that use a chunk again too early are found out") {
  KILLED(in_pinning, claims_nothing, "positions are dense");
  KILLED(in_pinning, claims_with_release_only, "data race");
  KILLED(in_guests, claims_without_second_look, "data race");
  KILLED(in_guests, ignores_gates, "data race");
  KILLED(in_writing_alone, ignores_writers_that_copy, "data race");
  KILLED(in_recycling, cleans_nothing, "positions are dense");
}

TEST_CASE("rings that treat pinned chunks wrongly are found out") {
  KILLED(in_pinning, pins_without_second_look, "positions are dense");
  KILLED(in_pinning, pins_after_looking, "positions are dense");
  KILLED(in_pinning, pins_with_release_only, "data race");
  KILLED(in_pinning, unpins_relaxed, "data race");
  KILLED(in_pinning, ignores_pins, "data race");
  KILLED(in_pinning, looks_at_pins_twice, "there is a spare chunk for each pin");
  KILLED(in_two_pins, frees_pinned_chunks, "data race");
}

TEST_CASE("gates that lose a wake-up or a resume are found out") {
  KILLED(in_sleep, sleeps_without_second_look, "deadlock");
  KILLED(in_recycling, resumes_before_moving, "deadlock");
  KILLED(in_guests, announces_gates_with_release_only, "data race");
  KILLED(in_guests, leaves_without_resuming, "deadlock");
  KILLED(in_late_gate, joins_without_resuming, "deadlock");
}

}  // namespace
}  // namespace logio::ring::model
