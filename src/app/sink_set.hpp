/// The hub's sinks, all of them: built, fed, shown, changed, ended.
///
///     ring ─(gate)─► feeder thread ─► queue_source ─► runner      on_full=drop_oldest
///     journal's files ──────────────► journal_source ─► runner    on_full=spill
///
/// A sink that is changed hands over: the old one ends behind the batch that it delivers, the new
/// one goes on with what is left. One that is removed delivers what was published before, within
/// its time. Neither is waited for: step() looks whether they are through.
///
/// Ownership:      owns the runners; borrows hub, directory and writer, which must outlive it.
/// Thread safety:  change(), start(), step(), watch_lag(), drain(), ended(), cut_off(), join(): the
///                 main thread.
///                 note_written(): any. See sink_board for the rest.
/// Errors:         change() says in one line each which sinks cannot be, and why.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gate_thread.hpp"
#include "logio/serve/sink_board.hpp"
#include "logio/sink/sink_options.hpp"
#include "running_sink.hpp"

namespace logio::app {

/// Sinks by their names.
struct sink_changes {
  std::vector<std::string> added, changed, removed;
};

class sink_set final : public serve::sink_board {
 public:
  explicit sink_set(const sink_surroundings& in);
  ~sink_set() override;

  /// Makes the sinks those that are `wanted`, in this order; or, when some cannot be, says why and
  /// changes nothing. What runs and is wanted as it is does not notice. `removed_by` is how long
  /// those that are removed may go on. REQUIRES: is_settled().
  std::vector<std::string> change(const std::vector<sink::sink_options>& wanted,
                                  sink::clock::time_point removed_by, sink_changes& done);

  /// Before any publisher appends.
  void start();
  /// To be called now and then while !is_settled() or has_leaving().
  void step();
  /// All that was changed runs.
  bool is_settled() const noexcept { return replaced_.empty(); }
  /// Some that were removed deliver still.
  bool has_leaving() const noexcept { return !leaving_.empty(); }
  /// There is more in the journal's files.
  void note_written();
  /// Says in the log which sinks are nearly as far behind as the journal is long. To be called
  /// every few seconds.
  void watch_lag(const journal::retention& keep);

  /// Lets them deliver what is there until `deadline`. REQUIRES: nobody publishes any more, and
  /// is_settled().
  void drain(sink::clock::time_point deadline);
  bool ended() const;
  /// Their time is over: no answer is waited for.
  void cut_off();
  /// After drain() and cut_off(): waits until all have ended.
  void join();

  std::vector<serve::sink_row> rows() const override;
  bool has(std::string_view name) const override;
  std::unique_ptr<std::vector<serve::sink_record>> records(std::string_view name) const override;
  result<std::string> dead(std::string_view name, std::uint64_t& at,
                           std::size_t bytes_max) const override;
  std::uint64_t resend(std::string_view name) override;

 private:
  using running_ptr = std::shared_ptr<running_sink>;

  /// One that is wanted: runs already, or is to be built, perhaps in another's place.
  struct place {
    running_ptr running;
    std::unique_ptr<prepared_sink> fresh;  // null: `running` stays as it is
    sink::remembered_place last;
  };
  /// An old one that ends.
  struct ending {
    running_ptr old;
    sink::clock::time_point until;
    std::unique_ptr<prepared_sink> fresh;  // who takes its place; null: nobody
  };

  std::vector<place> prepare(const std::vector<sink::sink_options>& wanted,
                             std::vector<std::string>& errors) const;
  void open_folders(std::vector<place>& places, std::uint64_t cut,
                    std::vector<std::string>& errors) const;
  std::uint64_t cut_journal(const std::vector<place>& places) const;
  std::vector<running_ptr> exchange(const std::vector<place>& places,
                                    const std::vector<running_ptr>& added,
                                    const std::vector<sink::sink_options>& wanted);
  void replace(const running_ptr& before, prepared_sink made);
  void feed_from_now();
  bool feed(const ring::batch_header& batch);
  void note_fed(std::uint64_t position);
  bool look_after(ending& e);
  std::vector<running_ptr> all() const;
  running_ptr find(std::string_view name) const;

  const sink_surroundings in_;
  bool started_ = false;
  std::vector<ending> replaced_, leaving_;
  std::unique_ptr<gate_thread> feeder_;
  hub::topic_ptr topic_;  // of the last batch; the feeder's

  mutable std::mutex mutex_;
  // Under mutex_:
  std::vector<running_ptr> sinks_;
  std::uint64_t fed_to_;  // the queues have what is in front of it
};

}  // namespace logio::app
