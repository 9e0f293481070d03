#include "ring/model/simulation.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <optional>
#include <random>
#include <vector>

#include "ring/model/fiber.hpp"
#include "ring/model/happens_before.hpp"

namespace logio::ring::model {
namespace {

constexpr std::size_t steps_max = 4000;

using mask = std::uint32_t;
constexpr mask bit(unsigned actor) { return mask{1} << actor; }

/// What an actor will do when it goes on.
struct operation {
  enum class kind : std::uint8_t { none, load, write, turn };
  kind what = kind::none;
  bool drains = false;  // must find the thread's store buffer empty
  const void* at = nullptr;
  const bool* condition = nullptr;  // must be true
  const bool* turns_on = nullptr;   // will be true
  std::memory_order order = std::memory_order_relaxed;
  bool update = false;
  std::uint64_t changes_seen = 0;  // turn: somebody else must have changed something since

  bool conflicts(const operation& other) const {
    if (what == kind::turn) return other.what == kind::write;
    if (other.what == kind::turn) return what == kind::write;
    return at == other.at && at != nullptr && (what == kind::write || other.what == kind::write);
  }
};

struct buffered {
  void* at;
  std::uint64_t value;
  void (*write)(void*, std::uint64_t);
  clock steps;  // of the thread when it stored
  clock published;
};

/// A point of the schedule at which somebody was chosen. Kept from run to run.
struct choice {
  mask enabled = 0;
  mask backtrack = 0;  // must be tried from here
  mask done = 0;       // was tried from here
  mask sleep = 0;      // would repeat what was seen elsewhere
  unsigned chosen = 0;
};

struct executed {
  unsigned actor;
  operation what;
  clock steps;  // itself and all that it depends on
  bool turned_on = false;  // a condition that was false before

  /// REQUIRES: this step was done before the other.
  bool is_before(const executed& other) const {
    return steps.at[actor] <= other.steps.at[actor];
  }
};

struct thread_state {
  operation next;
  bool finished = false;
  std::vector<buffered> buffer;
};

class simulation {
 public:
  simulation(const std::function<std::unique_ptr<scenario>()>& make, std::uint64_t schedules_max)
      : make_(make), schedules_max_(schedules_max) {}

  report run_all();
  report run_some(std::uint64_t seed);

  void announce(const operation& next);
  void store_later(buffered store, std::memory_order order);
  bool find_buffered(const void* at, std::uint64_t& value) const;
  void plain_access(const void* at, std::size_t bytes, bool write);
  [[noreturn]] void fail(const char* what, int thread = -1);
  std::uint64_t changes() const { return changes_[running_]; }
  bool inside() const { return inside_; }

 private:
  static constexpr unsigned nobody = actors_max;

  void run_one();
  bool backtrack();
  void thread_body(unsigned thread);
  void schedule();
  unsigned choose();
  unsigned choose_new(mask enabled);
  unsigned choose_at_random(mask enabled);
  mask enabled_actors() const;
  mask asleep_after_last() const;
  const operation& next_of(unsigned actor) const;
  clock steps_before(unsigned actor) const;
  bool reversible(const executed& early, std::size_t index, const executed& late) const;
  void reverse(std::size_t index, const executed& late);
  void execute(unsigned actor);
  void flush(unsigned thread);
  std::string story() const;

  const std::function<std::unique_ptr<scenario>()>& make_;
  std::uint64_t schedules_max_;
  std::optional<std::mt19937_64> random_;  // choices are drawn, not enumerated
  report report_;

  fiber main_;
  std::vector<std::unique_ptr<fiber>> fibers_;
  std::unique_ptr<scenario> scenario_;
  std::vector<choice> choices_;

  // Of the schedule that runs:
  std::vector<executed> trace_;
  std::array<thread_state, threads_max> threads_;
  std::array<operation, threads_max> flushes_;   // next store that leaves each buffer
  std::array<clock, actors_max> steps_;
  std::array<std::uint64_t, threads_max> changes_{};  // by others than this thread
  happens_before order_;
  unsigned running_ = nobody;
  unsigned count_ = 0;
  bool redundant_ = false;
  bool inside_ = false;
};

simulation* current = nullptr;

// -- One schedule after the other -----------------------------------------------------------------

report simulation::run_all() {
  do {
    run_one();
    if (!report_.error.empty()) return report_;
    if (report_.schedules >= schedules_max_) return report_;
  } while (backtrack());
  report_.complete = true;
  return report_;
}

report simulation::run_some(std::uint64_t seed) {
  random_.emplace(seed);
  while (report_.schedules < schedules_max_ && report_.error.empty()) run_one();
  return report_;
}

void simulation::run_one() {
  scenario_ = make_();
  count_ = scenario_->threads();
  while (fibers_.size() < count_) {
    const auto thread = static_cast<unsigned>(fibers_.size());
    fibers_.push_back(std::make_unique<fiber>([this, thread] { thread_body(thread); }));
  }
  trace_.clear();
  order_.reset();
  steps_ = {};
  changes_ = {};
  flushes_ = {};
  for (thread_state& t : threads_) t = {};
  redundant_ = false;
  running_ = nobody;
  inside_ = true;
  schedule();
  inside_ = false;
  ++report_.schedules;
  report_.redundant += redundant_ ? 1U : 0U;
  report_.steps += trace_.size();
  if (report_.error.empty() && !redundant_) scenario_->finished();
}

/// Turns to the latest choice that has something left to try. False: nothing is left.
bool simulation::backtrack() {
  while (!choices_.empty()) {
    choice& last = choices_.back();
    last.done |= bit(last.chosen);
    const mask left = last.backtrack & ~last.done & ~last.sleep;
    if (left != 0) {
      last.chosen = static_cast<unsigned>(std::countr_zero(left));
      return true;
    }
    choices_.pop_back();
  }
  return false;
}

void simulation::thread_body(unsigned thread) {
  for (;;) {  // once for each schedule
    scenario_->run(thread);
    threads_[thread].finished = true;
    schedule();
  }
}

void simulation::fail(const char* what, int thread) {
  report_.error = what;
  if (thread >= 0) report_.error += std::to_string(thread);
  report_.error += "\n" + story();
  // The fibers are left where they are and never run again.
  fiber& from = running_ == nobody ? main_ : *fibers_[running_];
  inside_ = false;
  from.switch_to(main_);
  std::abort();
}

// -- Who goes on ----------------------------------------------------------------------------------

void simulation::announce(const operation& next) {
  const unsigned self = running_;
  threads_[self].next = next;
  schedule();
}

/// Chooses until a thread is to go on; returns when that is the caller's.
void simulation::schedule() {
  const unsigned self = running_;
  fiber& from = self == nobody ? main_ : *fibers_[self];
  for (;;) {
    if (trace_.size() > steps_max) fail("livelock: the schedule does not end");
    const unsigned actor = choose();
    if (actor == nobody) {
      running_ = nobody;
      if (self != nobody) from.switch_to(main_);
      return;
    }
    execute(actor);
    if (actor >= threads_max) {
      flush(actor - threads_max);
      continue;
    }
    running_ = actor;
    if (actor != self) from.switch_to(*fibers_[actor]);
    return;
  }
}

unsigned simulation::choose() {
  const mask enabled = enabled_actors();
  if (enabled == 0) {
    for (unsigned i = 0; i < count_; ++i) {
      if (!threads_[i].finished) {
        fail("deadlock: nobody will ever wake thread ", static_cast<int>(i));
      }
    }
    return nobody;
  }
  if (random_) return choose_at_random(enabled);
  if (redundant_) return static_cast<unsigned>(std::countr_zero(enabled));
  const std::size_t depth = trace_.size();
  if (depth < choices_.size()) return choices_[depth].chosen;
  return choose_new(enabled);
}

unsigned simulation::choose_new(mask enabled) {
  choice c;
  c.enabled = enabled;
  c.sleep = asleep_after_last();
  const mask candidates = enabled & ~c.sleep;
  if (candidates == 0) {
    redundant_ = true;
    return static_cast<unsigned>(std::countr_zero(enabled));
  }
  const bool stay = running_ != nobody && (candidates & bit(running_)) != 0;
  c.chosen = stay ? running_ : static_cast<unsigned>(std::countr_zero(candidates));
  c.backtrack = bit(c.chosen);
  choices_.push_back(c);
  return c.chosen;
}

/// Mostly who runs already, so that threads also get far ahead of each other.
unsigned simulation::choose_at_random(mask enabled) {
  const std::uint64_t r = (*random_)();
  if (running_ != nobody && (enabled & bit(running_)) != 0 && r % 4 != 0) return running_;
  for (std::uint64_t skip = (r >> 8) % static_cast<unsigned>(std::popcount(enabled)); skip > 0;
       --skip) {
    enabled &= enabled - 1;
  }
  return static_cast<unsigned>(std::countr_zero(enabled));
}

mask simulation::enabled_actors() const {
  mask out = 0;
  for (unsigned i = 0; i < count_; ++i) {
    const thread_state& t = threads_[i];
    if (!t.buffer.empty()) out |= bit(threads_max + i);
    if (t.finished) continue;
    if (t.next.drains && !t.buffer.empty()) continue;
    if (t.next.condition != nullptr && !*t.next.condition) continue;
    if (t.next.what == operation::kind::turn && changes_[i] == t.next.changes_seen) continue;
    out |= bit(i);
  }
  return out;
}

/// Those that were tried, or asleep, at the choice before, and do not mind what was done since.
mask simulation::asleep_after_last() const {
  if (choices_.empty()) return 0;
  const choice& before = choices_.back();
  const mask all = (before.sleep | before.done) & ~bit(before.chosen);
  mask out = 0;
  for (unsigned actor = 0; actor < actors_max; ++actor) {
    if ((all & bit(actor)) == 0) continue;
    if (!next_of(actor).conflicts(trace_.back().what)) out |= bit(actor);
  }
  return out;
}

const operation& simulation::next_of(unsigned actor) const {
  return actor < threads_max ? threads_[actor].next : flushes_[actor - threads_max];
}

// -- Which other orders matter --------------------------------------------------------------------

clock simulation::steps_before(unsigned actor) const {
  clock out = steps_[actor];
  if (actor >= threads_max) {
    out.join(threads_[actor - threads_max].buffer.front().steps);
  } else if (threads_[actor].next.drains) {
    out.join(steps_[threads_max + actor]);
  }
  return out;
}

void simulation::execute(unsigned actor) {
  executed e{actor, next_of(actor), steps_before(actor)};
  if (e.what.turns_on != nullptr) e.turned_on = !*e.what.turns_on;
  std::array<std::size_t, steps_max> races;  // with steps that are no other step's reason
  std::size_t count = 0;
  for (std::size_t i = trace_.size(); i-- > 0;) {
    const executed& other = trace_[i];
    if (!e.what.conflicts(other.what) || other.is_before(e)) continue;
    if (reversible(other, i, e)) races[count++] = i;
    e.steps.join(other.steps);
  }
  e.steps.at[actor] = steps_[actor].at[actor] + 1;
  if (!redundant_ && !random_) {
    for (std::size_t i = 0; i < count; ++i) reverse(races[i], e);
  }
  steps_[actor] = e.steps;
  trace_.push_back(e);
  const unsigned thread = actor % threads_max;
  if (e.what.what == operation::kind::write) {
    for (unsigned i = 0; i < count_; ++i) changes_[i] += i != thread ? 1U : 0U;
  }
  if (actor >= threads_max || e.what.at == nullptr) return;
  if (e.what.what == operation::kind::load) {
    order_.load(actor, e.what.at, e.what.order);
  } else {
    order_.write(actor, e.what.at, e.what.order, e.what.update);
  }
}

/// Whether `late` could have been done without `early`, which is step `index`.
bool simulation::reversible(const executed& early, std::size_t index, const executed& late) const {
  if (late.what.condition != nullptr) return !early.turned_on;
  if (late.what.what != operation::kind::turn) return true;
  std::uint64_t since = 0;
  for (std::size_t i = index; i < trace_.size(); ++i) {
    const bool other = trace_[i].actor % threads_max != late.actor;
    since += other && trace_[i].what.what == operation::kind::write ? 1U : 0U;
  }
  return changes_[late.actor] - since > late.what.changes_seen;
}

/// Sees to it that, from before step `index`, some schedule is tried in which `late` comes first:
/// one that begins with a step that does not depend on step `index`, and leads to `late`.
void simulation::reverse(std::size_t index, const executed& late) {
  const executed& early = trace_[index];
  std::vector<const executed*> without;  // what else was done that does not depend on `early`
  for (std::size_t i = index + 1; i < trace_.size(); ++i) {
    if (!early.is_before(trace_[i])) without.push_back(&trace_[i]);
  }
  without.push_back(&late);
  mask seen = 0;
  mask firsts = 0;
  for (std::size_t i = 0; i < without.size(); ++i) {
    const executed& e = *without[i];
    if ((seen & bit(e.actor)) != 0) continue;
    seen |= bit(e.actor);
    bool first = true;
    for (std::size_t k = 0; k < i && first; ++k) first = !without[k]->is_before(e);
    if (first) firsts |= bit(e.actor);
  }
  choice& c = choices_[index];
  if ((firsts & (c.backtrack | c.sleep)) != 0) return;
  const mask possible = firsts & c.enabled;
  if (possible == 0) {
    c.backtrack |= c.enabled;
    return;
  }
  c.backtrack |= (possible & bit(late.actor)) != 0 ? bit(late.actor) : possible & (~possible + 1);
}

// -- Store buffers --------------------------------------------------------------------------------

void simulation::store_later(buffered store, std::memory_order order) {
  thread_state& self = threads_[running_];
  store.steps = steps_[running_];
  store.published = order_.publish(running_, order);
  self.buffer.push_back(store);
  flushes_[running_] = {.what = operation::kind::write, .at = self.buffer.front().at};
}

void simulation::flush(unsigned thread) {
  std::vector<buffered>& buffer = threads_[thread].buffer;
  const buffered store = buffer.front();
  buffer.erase(buffer.begin());
  store.write(store.at, store.value);
  order_.arrive(store.at, store.published);
  if (buffer.empty()) return;
  flushes_[thread] = {.what = operation::kind::write, .at = buffer.front().at};
}

bool simulation::find_buffered(const void* at, std::uint64_t& value) const {
  const std::vector<buffered>& buffer = threads_[running_].buffer;
  for (std::size_t i = buffer.size(); i-- > 0;) {
    if (buffer[i].at != at) continue;
    value = buffer[i].value;
    return true;
  }
  return false;
}

void simulation::plain_access(const void* at, std::size_t bytes, bool write) {
  const char* race = write ? order_.plain_write(running_, at, bytes)
                           : order_.plain_read(running_, at, bytes);
  if (race != nullptr) fail(race);
}

std::string simulation::story() const {
  std::string out = "schedule (threads 0.., store buffers b0..):";
  for (std::size_t i = 0; i < trace_.size();) {
    std::size_t end = i;
    while (end < trace_.size() && trace_[end].actor == trace_[i].actor) ++end;
    const unsigned actor = trace_[i].actor;
    out += actor < threads_max ? " " + std::to_string(actor)
                               : " b" + std::to_string(actor - threads_max);
    if (end - i > 1) out += "x" + std::to_string(end - i);
    i = end;
  }
  return out;
}

}  // namespace

report explore(const std::function<std::unique_ptr<scenario>()>& make,
               std::uint64_t schedules_max) {
  simulation s(make, schedules_max);
  current = &s;
  report out = s.run_all();
  current = nullptr;
  return out;
}

report sample(const std::function<std::unique_ptr<scenario>()>& make, std::uint64_t schedules,
              std::uint64_t seed) {
  simulation s(make, schedules);
  current = &s;
  report out = s.run_some(seed);
  current = nullptr;
  return out;
}

bool inside() noexcept { return current != nullptr && current->inside(); }

void fail(const char* what) { current->fail(what); }

void step(const void* at, access what, std::memory_order order) {
  if (!inside()) return;
  const bool write = what != access::load;
  current->announce({.what = write ? operation::kind::write : operation::kind::load,
                     .drains = write,
                     .at = at,
                     .order = order,
                     .update = what == access::update});
}

void buffer_store(void* at, std::uint64_t value, void (*write)(void*, std::uint64_t),
                  std::memory_order order) {
  current->store_later({at, value, write, {}, {}}, order);
}

bool find_buffered(const void* at, std::uint64_t& value) {
  return inside() && current->find_buffered(at, value);
}

void plain_write(const void* at, std::size_t bytes) {
  if (inside()) current->plain_access(at, bytes, true);
}

void plain_read(const void* at, std::size_t bytes) {
  if (inside()) current->plain_access(at, bytes, false);
}

std::uint64_t changes_by_others() { return current->changes(); }

void another_turn(std::uint64_t changes_seen) {
  current->announce({.what = operation::kind::turn, .drains = true, .changes_seen = changes_seen});
}

void event::post() {
  current->announce({.what = operation::kind::write,
                     .drains = true,
                     .at = &posted_,
                     .turns_on = &posted_,
                     .order = std::memory_order_seq_cst,
                     .update = true});
  posted_ = true;
}

void event::wait() {
  current->announce({.what = operation::kind::write,
                     .drains = true,
                     .at = &posted_,
                     .condition = &posted_,
                     .order = std::memory_order_seq_cst,
                     .update = true});
  posted_ = false;
}

}  // namespace logio::ring::model
