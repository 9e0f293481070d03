/// The hub's sinks, all of them: built, fed, shown, ended.
///
///     ring ─(gate)─► feeder thread ─► queue_source ─► runner      on_full=drop_oldest
///     journal's files ──────────────► journal_source ─► runner    on_full=spill
///
/// Ownership:      owns the runners; borrows hub, directory and writer, which must outlive it.
/// Thread safety:  open(), start(), drain(), ended(), cut_off(), join(): the main thread.
///                 note_written(): any. See sink_board for the rest.
/// Errors:         open() says in one line which sink cannot be, and why.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gate_thread.hpp"
#include "logio/filter/filter.hpp"
#include "logio/hub/hub.hpp"
#include "logio/journal/directory.hpp"
#include "logio/journal/writer.hpp"
#include "logio/serve/sink_board.hpp"
#include "logio/sink/journal_source.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::app {

class sink_set final : public serve::sink_board {
 public:
  struct surroundings {
    hub::hub& hub;
    const journal::directory* data = nullptr;  ///< null: no journal
    const journal::writer* journal = nullptr;
    std::string hub_host;  ///< what records without a host are said to come from
    std::size_t pattern_bytes_max = 0;
  };

  explicit sink_set(const surroundings& in);
  ~sink_set() override;

  /// Builds one. To be called before start().
  std::optional<std::string> open(const sink::sink_options& options);
  bool empty() const noexcept { return sinks_.empty(); }

  /// Before any publisher appends.
  void start();
  /// There is more in the journal's files.
  void note_written();

  /// Lets them deliver what is there until `deadline`. REQUIRES: nobody publishes any more.
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
  struct running;

  std::unique_ptr<sink::journal_source> open_journal_source(
      filter::filter wanted, const std::string& name, const sink::remembered_place& last) const;
  bool feed(const ring::batch_header& batch);
  running* find(std::string_view name) const;

  const surroundings in_;
  std::vector<std::unique_ptr<running>> sinks_;
  std::unique_ptr<gate_thread> feeder_;
  hub::topic_ptr topic_;  // of the last batch; the feeder's
};

}  // namespace logio::app
