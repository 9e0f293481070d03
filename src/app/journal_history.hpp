/// The journal as the log behind the ring: threads that read it for streams.
///
/// Ownership:      borrows directory and writer, which must outlive it; owns two threads, which
///                 begin with the first work.
/// Thread safety:  all members, from any thread; stop(): once.
/// Limits:         pieces_max pieces that streams have not used up: then reading waits for them.
#pragma once

#include <functional>
#include <memory>

#include "journal_reader.hpp"
#include "logio/hub/deep_history.hpp"

namespace logio::app {

class journal_history final : public hub::deep_history {
 public:
  static constexpr unsigned threads = 2;
  static constexpr unsigned pieces_max = 32;

  journal_history(const journal::directory& in, const journal::writer& by,
                  const scan_limits& limits = {});
  journal_history(const journal_history&) = delete;
  ~journal_history() override;

  std::unique_ptr<hub::deep_reader> open(const filter::filter& wanted) override;
  void run(std::function<void(std::shared_ptr<void> ticket)> work) override;
  std::uint64_t oldest_position() const override;
  std::uint64_t position_before(std::int64_t since_ns) const override;

  /// Ends the threads when they are through with what they do; what waits never runs.
  void stop();

 private:
  struct pool;

  const journal::directory& directory_;
  const journal::writer& writer_;
  const scan_limits limits_;
  const std::shared_ptr<pool> pool_;
};

}  // namespace logio::app
