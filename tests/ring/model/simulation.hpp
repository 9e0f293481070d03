/// Runs a few threads' code through every schedule that can make a difference.
///
/// The simulated threads are fibers of one operating system thread. Each says before every access
/// to shared memory what it is about to do, and the simulation decides who goes on. It repeats the
/// scenario from its start, each time with another schedule, until none is left.
///
/// *What is explored.* All sequentially consistent interleavings, and those of x86's total store
/// order: a store weaker than seq_cst goes into its thread's buffer, which is emptied in order, by
/// an actor of its own, at any later moment; a seq_cst store or a read-modify-write waits until its
/// thread's buffer is empty. Two schedules that differ only in the order of steps that do not
/// conflict have the same outcome, and one of them is enough: dynamic partial-order reduction with
/// source sets and sleep sets finds one of each class. `report::complete` says whether all classes
/// were seen.
///
/// *What is checked besides the scenario's own checks.* No deadlock: some thread can always go on
/// until all have finished. No livelock: schedules end. And no data race: with each access's memory
/// order as it stands in the code, clocks of "happens before" are kept as C++ defines it, and two
/// accesses to a batch's bytes, one of them a write, must be ordered by them.
///
/// *What is not.* Reorderings that C++ allows and x86 does not, other than as data races on bytes.
///
/// Source: Abdulla, Aronis, Jonsson, Sagonas, "Optimal dynamic partial order reduction" (POPL
/// 2014), algorithm 1; Owens, Sarkar, Sewell, "A better x86 memory model: x86-TSO" (TPHOLs 2009).
///
/// Thread safety:  one thread.
/// Limits:         4 simulated threads, 4,000 steps in a schedule.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "logio/ring/platform.hpp"

namespace logio::ring::model {

/// One run of the threads under test: made anew for each schedule.
class scenario {
 public:
  virtual ~scenario() = default;
  virtual unsigned threads() const = 0;
  /// The code of one thread.
  virtual void run(unsigned thread) = 0;
  /// After all threads have finished.
  virtual void finished() {}
};

struct report {
  std::uint64_t schedules = 0;  ///< run, of which
  std::uint64_t redundant = 0;  ///< were found to repeat another one after some steps
  std::uint64_t steps = 0;
  bool complete = false;  ///< every class of schedules was seen
  std::string error;      ///< of the first schedule that failed; empty: none did
};

/// Runs schedules until one fails, all are done, or `schedules_max` were run.
report explore(const std::function<std::unique_ptr<scenario>()>& make,
               std::uint64_t schedules_max);

/// Runs `schedules` random ones, or fewer if one fails. For worlds that have too many.
report sample(const std::function<std::unique_ptr<scenario>()>& make, std::uint64_t schedules,
              std::uint64_t seed);

// -- For the code that runs inside ----------------------------------------------------------------

/// Whether the caller runs on a simulated thread; outside, steps are not scheduled.
bool inside() noexcept;

/// Ends the exploration: this schedule shows an error. The thread's stack is left as it is.
[[noreturn]] void fail(const char* what);
inline void expect(bool condition, const char* what) {
  if (!condition) fail(what);
}

/// About to access the word at `at`; returns when this thread is to do it.
void step(const void* at, access what, std::memory_order order);
/// Puts a store into the thread's buffer. `write` is called with the value when it leaves it.
void buffer_store(void* at, std::uint64_t value, void (*write)(void* at, std::uint64_t value),
                  std::memory_order order);
/// What the thread itself has in its buffer for this word.
bool find_buffered(const void* at, std::uint64_t& value);

/// Plain accesses to bytes that other threads may access, too.
void plain_write(const void* at, std::size_t bytes);
void plain_read(const void* at, std::size_t bytes);

/// Another turn of the thread's event loop: goes on once another thread has changed something since
/// `changes_seen` was taken. So a retry that fails for ever is a deadlock.
std::uint64_t changes_by_others();
void another_turn(std::uint64_t changes_seen);

/// How a thread that sleeps is woken: an event loop's posted handler. A post is remembered.
class event {
 public:
  void post();
  void wait();

 private:
  bool posted_ = false;
};

}  // namespace logio::ring::model
