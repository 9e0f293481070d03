#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace logio::bench {

/// Keeps the compiler from dropping the work that made `value`.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

/// One micro benchmark program: named cases that run in turn, and a table.
///
/// The cases of a suite run interleaved (A B C A B C ...), so that what disturbs one disturbs the
/// others too, and each is shown as a ratio to the first case of its group, pair by pair. A group
/// is the part of the name before the slash: `decode/general`, `decode/stock shape`.
///
///     int main(int argc, char** argv) {
///       logio::bench::micro_suite suite("decoder");
///       suite.add("decode/general", lines, bytes, [&] { return general(input); });
///       suite.add("decode/stock shape", lines, bytes, [&] { return stock(input); });
///       return suite.main(argc, argv);
///     }
///
/// Options: `--rounds N` (15), `--seconds S` of each round of each case (0.1), `--only TEXT`,
/// `--smoke`: each case once, for a test.
///
/// Thread safety: none; a case may start and join threads of its own.
class micro_suite {
 public:
  explicit micro_suite(std::string name) : name_(std::move(name)) {}

  /// A case whose `body` works on `items` items of `bytes` bytes together, and returns anything
  /// that depends on the work.
  template <class Body>
  void add(std::string name, std::size_t items, std::size_t bytes, Body body) {
    cases_.push_back({std::move(name), items, bytes, [body]() mutable { keep(body()); }, {}});
  }

  /// Runs the cases and prints the table; returns the exit code.
  int main(int argc, char** argv);

 private:
  struct one_case {
    std::string name;
    std::size_t items;
    std::size_t bytes;
    std::function<void()> body;
    std::vector<double> ns_per_item;  // one per round
  };

  void measure(double seconds);
  void print() const;

  std::string name_;
  std::vector<one_case> cases_;
};

}  // namespace logio::bench
