/// The small worlds that are explored: a ring of a few lines, two or three threads, all schedules.
///
/// Each scenario is a template over the platform, so that the mutants run in the same worlds. The
/// threads do what a hub's threads do: a writer that finds the ring full notes itself, tries once
/// more, and sleeps; a gate that finds nothing sleeps; whoever makes room or work wakes the other.
///
/// Thread safety:  one thread, as the simulation.
#pragma once

#include <array>
#include <vector>

#include "ring/model/platform.hpp"
#include "ring/support.hpp"

namespace logio::ring::model {

/// What all worlds have: the ring, the ways to wake each thread, and the checks of every batch.
template <class P>
class world : public scenario {
 public:
  using gate_type = gate_reader<P>;
  using pin_type = pin_reader<P>;

  world(const geometry& g, std::uint32_t first_chunk = 0)
      : ring_(basic_ring<P>::open(g, 0, first_chunk).value()), start_(ring_->end()) {}

 protected:
  static constexpr std::uint64_t writer_keys = 1000;  // key = writer * writer_keys + number

  /// Appends `count` batches of the given lines, as a hub's thread without a gate of its own.
  void write(unsigned thread, const std::vector<std::size_t>& batches) {
    std::uint64_t number = 0;
    for (const std::size_t lines : batches) {
      const std::uint64_t key = thread * writer_keys + number++;
      while (!write_one(thread, key, lines)) {
      }
    }
  }

  /// False: it waited, and is to try again.
  bool write_one(unsigned thread, std::uint64_t key, std::size_t lines) {
    const std::uint64_t seen = changes_by_others();
    append_status status = append(key, lines);
    if (status == append_status::full) {
      ring_->note_stalled(thread);
      status = append(key, lines);
    }
    if (status == append_status::full) resumed_[thread].wait();
    if (status == append_status::busy) another_turn(seen);
    return status == append_status::ok;
  }

  append_status append(std::uint64_t key, std::size_t lines) {
    const append_result done =
        test::append_key(*ring_, key, test::payload_of_lines(lines), records_of(key));
    if (done.status == append_status::ok) {
      appended_ += records_of(key);
      for (unsigned g = 0; g < woken_.size(); ++g) {
        if ((done.wake >> g & 1) != 0) woken_[g].post();
      }
    }
    return done.status;
  }

  /// Batches of different sizes, so that a position can not be right by chance.
  static std::uint32_t records_of(std::uint64_t key) {
    return 1 + static_cast<std::uint32_t>(key % 3);
  }

  /// Resumes the writers that the gate is to resume.
  void resume(gate_type& gate) {
    const std::uint64_t writers = gate.take_stalled();
    for (unsigned w = 0; w < resumed_.size(); ++w) {
      if ((writers >> w & 1) != 0) resumed_[w].post();
    }
  }

  /// Looks at most `looks` times at what a pin finds from the ring's start on.
  void look_with_pin(unsigned number, unsigned looks) {
    pin_type pin(*ring_, number);
    pin.seek(start_);
    for (; looks > 0; --looks) {
      const place at = pin.at();
      const batch_header* header = nullptr;
      switch (pin.next(header)) {
        case pin_type::status::batch: check(*header, at.position); break;
        case pin_type::status::end: break;
        case pin_type::status::lost:
          expect(pin.at().position == at.position, "a lost reader knows where it stood");
          pin.seek(ring_->end());
          break;
      }
    }
  }

  /// Joins, looks at most `looks` times, and leaves.
  void look_as_guest(unsigned number, unsigned looks) {
    gate_type gate(*ring_, number);
    gate.join();
    resume(gate);
    order_check order;
    for (; looks > 0; --looks) {
      const batch_header* header = gate.peek();
      resume(gate);
      if (header == nullptr) break;
      check(*header, gate.at().position);
      order.see(*header);
      gate.advance();
    }
    gate.leave();
    resume(gate);
  }

  /// Every byte of the batch is that of the batch that it says it is.
  void check(const batch_header& header, std::uint64_t position) {
    plain_read(&header, sizeof header);
    plain_read(header.payload(), header.payload_bytes);
    const std::uint64_t key = header.tag;
    expect(test::is_payload_of(key, header), "a batch's bytes are its own");
    expect(header.first_position == position, "positions are dense");
    expect(header.count == records_of(key), "a batch has the records that were given");
  }

  /// Batches of one writer come one after the other, none twice, none left out.
  class order_check {
   public:
    void see(const batch_header& header) {
      const std::uint64_t key = header.tag;
      expect(header.arrival_ns >= latest_ns_, "no batch arrived before the one in front of it");
      latest_ns_ = header.arrival_ns;
      std::uint64_t& next = next_.at(key / writer_keys);
      expect(next == unknown || next == key, "a writer's batches are seen once, in its order");
      next = key + 1;
    }

   private:
    static constexpr std::uint64_t unknown = ~std::uint64_t{0};
    std::array<std::uint64_t, 4> next_{unknown, unknown, unknown, unknown};
    std::int64_t latest_ns_ = 0;
  };

  /// Reads a batch, or sleeps if there is none. False: it slept.
  bool read_or_sleep(gate_type& gate, unsigned number, order_check& order) {
    const batch_header* header = gate.peek();
    resume(gate);
    if (header != nullptr) {
      check(*header, gate.at().position);
      order.see(*header);
      gate.advance();
      return true;
    }
    const bool asleep = gate.try_sleep();
    resume(gate);
    if (asleep) woken_[number].wait();
    return false;
  }

  std::unique_ptr<basic_ring<P>> ring_;
  place start_;
  std::array<event, 4> woken_;    // by gate
  std::array<event, 4> resumed_;  // by writer
  std::uint64_t appended_ = 0;    // records; looked at only when all have finished
};

using batches = std::vector<std::size_t>;  // the lines of each batch of a writer

/// Writers, and one gate in a thread of its own that was there from the start.
template <class P>
class writers_and_gate : public world<P> {
 public:
  writers_and_gate(const geometry& g, std::vector<batches> writers, std::uint32_t first_chunk = 0)
      : world<P>(g, first_chunk), writers_(std::move(writers)), gate_(*this->ring_, 0) {
    gate_.join();
  }

  unsigned threads() const override { return static_cast<unsigned>(writers_.size()) + 1; }
  void run(unsigned thread) override {
    if (thread < writers_.size()) return this->write(thread, writers_[thread]);
    std::size_t all = 0;
    for (const batches& b : writers_) all += b.size();
    typename world<P>::order_check order;
    while (all > 0) all -= this->read_or_sleep(gate_, 0, order) ? 1U : 0U;
  }
  void finished() override {
    expect(gate_.at().position == this->appended_, "the gate has seen every record");
    expect(gate_.peek() == nullptr, "there is no batch that nobody appended");
  }

 private:
  std::vector<batches> writers_;
  gate_reader<P> gate_;
};

/// Threads that publish and read, as a hub's: each runs its own gate when the ring is full, and
/// ends when it has seen all.
template <class P>
class hub_threads : public world<P> {
 public:
  hub_threads(const geometry& g, std::vector<batches> writers)
      : world<P>(g), writers_(std::move(writers)) {
    for (unsigned i = 0; i < writers_.size(); ++i) {
      all_ += writers_[i].size();
      gates_.push_back(std::make_unique<gate_reader<P>>(*this->ring_, i));
      gates_.back()->join();
    }
  }

  unsigned threads() const override { return static_cast<unsigned>(writers_.size()); }
  void run(unsigned thread) override {
    gate_reader<P>& gate = *gates_[thread];
    typename world<P>::order_check order;
    std::size_t written = 0;
    for (std::size_t seen = 0; seen < all_ || written < writers_[thread].size();) {
      const std::uint64_t changes = changes_by_others();
      append_status status = write_next(thread, written);
      const std::size_t before = seen;
      while (const batch_header* header = gate.peek()) {
        resume_threads(gate);
        this->check(*header, gate.at().position);
        order.see(*header);
        gate.advance();
        ++seen;
      }
      resume_threads(gate);
      if (status == append_status::full) {
        this->ring_->note_stalled(thread);
        status = write_next(thread, written);
      }
      if (status == append_status::ok && written < writers_[thread].size()) continue;
      if (seen != before || seen == all_) continue;
      if (status == append_status::busy) {
        another_turn(changes);
        continue;
      }
      const bool asleep = gate.try_sleep();
      resume_threads(gate);
      if (asleep) this->woken_[thread].wait();
    }
    gate.leave();
    resume_threads(gate);
  }

 private:
  /// A thread has one event loop: it sleeps once for work and for room.
  void resume_threads(gate_reader<P>& gate) {
    const std::uint64_t threads = gate.take_stalled();
    for (unsigned i = 0; i < writers_.size(); ++i) {
      if ((threads >> i & 1) != 0) this->woken_[i].post();
    }
  }

  append_status write_next(unsigned thread, std::size_t& written) {
    if (written == writers_[thread].size()) return append_status::ok;
    const append_status status =
        this->append(thread * this->writer_keys + written, writers_[thread][written]);
    written += status == append_status::ok ? 1U : 0U;
    return status;
  }

  std::vector<batches> writers_;
  std::vector<std::unique_ptr<gate_reader<P>>> gates_;
  std::size_t all_ = 0;
};

/// Writers that nothing holds back, and readers of history that start at the ring's start.
template <class P>
class writers_and_pins : public world<P> {
 public:
  writers_and_pins(const geometry& g, std::vector<batches> writers, std::vector<unsigned> looks)
      : world<P>(g), writers_(std::move(writers)), looks_(std::move(looks)) {}

  unsigned threads() const override {
    return static_cast<unsigned>(writers_.size() + looks_.size());
  }
  void run(unsigned thread) override {
    if (thread < writers_.size()) return this->write(thread, writers_[thread]);
    const auto number = static_cast<unsigned>(thread - writers_.size());
    this->look_with_pin(number, looks_[number]);
  }
  void finished() override {
    expect(this->ring_->end().position == this->appended_, "positions are dense");
  }

 private:
  std::vector<batches> writers_;
  std::vector<unsigned> looks_;
};

/// Writers, and gates that join, look a few times and leave, each in its own thread.
template <class P>
class writers_and_guests : public world<P> {
 public:
  writers_and_guests(const geometry& g, std::vector<batches> writers, std::vector<unsigned> looks)
      : world<P>(g), writers_(std::move(writers)), looks_(std::move(looks)) {}

  unsigned threads() const override {
    return static_cast<unsigned>(writers_.size() + looks_.size());
  }
  void run(unsigned thread) override {
    if (thread < writers_.size()) return this->write(thread, writers_[thread]);
    const auto number = static_cast<unsigned>(thread - writers_.size());
    this->look_as_guest(number, looks_[number]);
  }
  void finished() override {
    expect(this->ring_->end().position == this->appended_, "positions are dense");
  }

 private:
  std::vector<batches> writers_;
  std::vector<unsigned> looks_;
};

/// Writers, and a gate that joins while they write and then stays until all is written.
template <class P>
class writers_and_late_gate : public world<P> {
 public:
  writers_and_late_gate(const geometry& g, std::vector<batches> writers)
      : world<P>(g), writers_(std::move(writers)) {}

  unsigned threads() const override { return static_cast<unsigned>(writers_.size()) + 1; }
  void run(unsigned thread) override {
    if (thread < writers_.size()) return this->write(thread, writers_[thread]);
    std::uint64_t records = 0;
    for (unsigned w = 0; w < writers_.size(); ++w) {
      for (std::uint64_t i = 0; i < writers_[w].size(); ++i) {
        records += this->records_of(w * this->writer_keys + i);
      }
    }
    gate_reader<P> gate(*this->ring_, 0);
    gate.join();
    this->resume(gate);
    typename world<P>::order_check order;
    while (gate.at().position < records) this->read_or_sleep(gate, 0, order);
  }
  void finished() override {
    expect(this->ring_->end().position == this->appended_, "positions are dense");
  }

 private:
  std::vector<batches> writers_;
};

/// Two writers, a gate that joins, looks and leaves, and a pin.
template <class P>
class writers_guest_and_pin : public world<P> {
 public:
  writers_guest_and_pin(const geometry& g, std::vector<batches> writers)
      : world<P>(g), writers_(std::move(writers)) {}

  unsigned threads() const override { return 4; }
  void run(unsigned thread) override {
    if (thread < 2) return this->write(thread, writers_[thread]);
    if (thread == 2) return this->look_as_guest(0, 3);
    this->look_with_pin(0, 4);
  }
  void finished() override {
    expect(this->ring_->end().position == this->appended_, "positions are dense");
  }

 private:
  std::vector<batches> writers_;
};

}  // namespace logio::ring::model
