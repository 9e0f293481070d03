// The ring: a lock-free tail against a mutex, by batch size, writers, ring and chunk size.
//
// An item is a batch: appended by a writer, and read to its last byte by one gate. "same": the
// writer reads too, after each append, as a hub's thread runs its own dispatcher. "other": the gate
// has a thread of its own. Threads that cannot go on yield the processor.

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "logio/ring/readers.hpp"
#include "micro.hpp"

using namespace logio;

namespace {

/// The program's platform under another name: its code is compiled here, as that of its rivals is,
/// and not in the library.
struct own_platform : ring::real_platform {
  using tail = ring::lock_free_tail<own_platform>;
};

/// Takes the tail whole by a compare-and-swap before the one that moves it.
template <class Platform>
class careful_tail : public ring::lock_free_tail<Platform> {
 public:
  using ring::lock_free_tail<Platform>::lock_free_tail;
  ring::place glance() const noexcept { return this->load(); }
};
struct careful_platform : ring::real_platform {
  using tail = careful_tail<careful_platform>;
};

/// Commits with a plain store: what the sequentially consistent one costs, were it not needed.
struct unsound_platform : ring::real_platform {
  using tail = ring::lock_free_tail<unsound_platform>;
};

}  // namespace

template <>
void ring::basic_ring<unsound_platform>::commit(const memory& m, std::size_t offset,
                                                std::uint32_t end) noexcept {
  m.words[offset / line_bytes].store(end, std::memory_order_release);
}

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::size_t work_bytes = 4 * mib;  // of payload, in each call of a case

struct setting {
  std::size_t payload = 2 * kib;
  unsigned writers = 1;
  bool other_thread = false;
  std::size_t ring_bytes = 64 * mib;
  std::size_t chunk_bytes = 4 * mib;

  std::size_t batches() const { return work_bytes / payload / writers * writers; }
};

std::uint64_t sum(const ring::batch_header& header) {
  std::array<std::uint64_t, 4> sums{};
  const std::byte* at = header.payload();
  for (std::size_t left = header.payload_bytes / 32; left > 0; --left, at += 32) {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), at, sizeof words);
    for (std::size_t i = 0; i < 4; ++i) sums[i] += words[i];
  }
  return sums[0] + sums[1] + sums[2] + sums[3];
}

template <class Platform>
class rig {
 public:
  explicit rig(const setting& s)
      : setting_(s),
        ring_(ring::basic_ring<Platform>::open(
                  {.chunk_bytes = s.chunk_bytes,
                   .chunks = static_cast<std::uint32_t>(s.ring_bytes / s.chunk_bytes),
                   .gates_max = 3,
                   .pins_max = 4})
                  .value()),
        gate_(*ring_, 0),
        payload_(s.payload, std::byte{7}) {
    gate_.join();
  }

  std::uint64_t run() {
    const std::size_t each = setting_.batches() / setting_.writers;
    if (setting_.writers == 1 && !setting_.other_thread) return write_and_read(each);
    std::vector<std::thread> writers;
    for (unsigned i = 0; i < setting_.writers; ++i) {
      writers.emplace_back([this, each] { write(each); });
    }
    std::uint64_t out = 0;
    for (std::size_t seen = 0; seen < setting_.batches();) {
      if (gate_.peek() == nullptr) std::this_thread::yield();
      seen += read(out);
    }
    for (std::thread& writer : writers) writer.join();
    return out;
  }

 private:
  bool append() {
    return ring_->try_append({.arrival_ns = 1, .count = 10, .tag = 1, .payload = payload_})
               .status == ring::append_status::ok;
  }
  void write(std::size_t batches) {
    for (; batches > 0; --batches) {
      while (!append()) std::this_thread::yield();
    }
  }
  std::uint64_t write_and_read(std::size_t batches) {
    std::uint64_t out = 0;
    for (; batches > 0; --batches) {
      while (!append()) read(out);
      read(out);
    }
    return out;
  }
  std::size_t read(std::uint64_t& out) {
    std::size_t seen = 0;
    while (const ring::batch_header* header = gate_.peek()) {
      out += sum(*header);
      gate_.advance();
      ++seen;
    }
    return seen;
  }

  setting setting_;
  std::unique_ptr<ring::basic_ring<Platform>> ring_;
  ring::gate_reader<Platform> gate_;
  std::vector<std::byte> payload_;
};

/// The rig is made at the case's first run, so that a case that is not asked for costs nothing.
template <class Platform>
void add(bench::micro_suite& suite, const std::string& name, const setting& s) {
  suite.add(name, s.batches(), s.batches() * s.payload,
            [s, made = std::shared_ptr<rig<Platform>>()]() mutable {
              if (!made) made = std::make_shared<rig<Platform>>(s);
              return made->run();
            });
}

std::string bytes_name(std::size_t bytes) {
  if (bytes >= mib) return std::to_string(bytes / mib) + "M";
  return bytes >= kib ? std::to_string(bytes / kib) + "K" : std::to_string(bytes);
}

void add_tails(bench::micro_suite& suite) {
  for (const std::size_t payload : {std::size_t{200}, 2 * kib, 16 * kib, 64 * kib}) {
    setting s{.payload = payload};
    const std::string same = bytes_name(payload) + " same/";
    add<own_platform>(suite, same + "lock-free", s);
    add<ring::mutex_platform>(suite, same + "mutex", s);
    if (payload == 200) {
      add<careful_platform>(suite, same + "lock-free, whole load first", s);
      add<unsound_platform>(suite, same + "lock-free, plain commit (unsound)", s);
    }
    s.other_thread = true;
    for (const unsigned writers : {1U, 2U, 4U}) {
      s.writers = writers;
      const std::string other = bytes_name(payload) + " other, " + std::to_string(writers) + "w/";
      add<own_platform>(suite, other + "lock-free", s);
      add<ring::mutex_platform>(suite, other + "mutex", s);
      if (payload == 200) add<careful_platform>(suite, other + "lock-free, whole load first", s);
    }
  }
}

void add_sizes(bench::micro_suite& suite) {
  for (const bool other : {false, true}) {
    const std::string who = other ? " other" : " same";
    for (const std::size_t payload : {2 * kib, 64 * kib}) {
      for (const std::size_t ring : {64 * mib, 32 * mib, 16 * mib, 8 * mib, 2 * mib}) {
        add<own_platform>(
            suite, bytes_name(payload) + who + " by ring/" + bytes_name(ring),
            {.payload = payload, .other_thread = other, .ring_bytes = ring,
             .chunk_bytes = ring / 16});
      }
      for (const std::size_t chunk : {4 * mib, 16 * mib, 1 * mib, 256 * kib}) {
        add<own_platform>(
            suite, bytes_name(payload) + who + " by chunk/" + bytes_name(chunk),
            {.payload = payload, .other_thread = other, .chunk_bytes = chunk});
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::micro_suite suite("ring");
  add_tails(suite);
  add_sizes(suite);
  return suite.main(argc, argv);
}
