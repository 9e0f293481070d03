/// The records that an in-memory sink keeps: which of them a request wants, and their bytes.
///
/// Two walks of small steps, so that who makes the page can stop between any two records: back from
/// the newest, which finds a tail without looking at more than it, then forward through what was
/// chosen.
///
/// A record is chosen when all of the request's patterns match it, its severity suffices and it
/// arrived between `since` and `until`. `after` chooses by the order in which the sink got the
/// records: what stands behind the cursor, whichever run of the hub it is of. A cursor that names
/// nothing here means that continuity is lost, as it does for a stream: all, and first the notice.
///
/// Ownership:      owns the list, which keeps the records alive.
/// Thread safety:  distinct objects.
/// Limits:         a pointer for each record that is chosen.
/// Source:         README, "Subscribe".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "logio/hub/encoder.hpp"
#include "logio/serve/sink_board.hpp"
#include "logio/serve/stream_request.hpp"

namespace logio::serve {

/// What is sent says of the hub, and what it knows of cursors.
struct hub_facts {
  std::string host;  ///< what notices call it
  std::uint64_t epoch = 0;
  std::uint64_t next_position = 0;  ///< of the record to come
};

class kept_records {
 public:
  /// `kept`: oldest first.
  kept_records(std::vector<sink_record> kept, stream_request asked, hub_facts facts);

  /// Looks at one record. False: all are chosen.
  bool choose_next();
  /// Appends what comes next; `now_ns` is the time of a notice. False: that was all. REQUIRES:
  /// choose_next() said false.
  bool append_next(std::string& out, std::int64_t now_ns);

 private:
  std::size_t find_begin();
  bool wants(const sink_record& kept);
  void append(std::string& out, const sink_record& kept);

  const std::vector<sink_record> kept_;
  const stream_request asked_;
  const hub_facts facts_;
  bool tell_continuity_lost_ = false;
  const std::size_t begin_;  // kept_ in front of it lies in front of the cursor
  std::size_t at_;           // behind the next one to look at
  std::vector<const sink_record*> chosen_;  // newest first

  // Neighbours often have the same topic and the same epoch.
  std::optional<record::topic> judged_;
  bool judged_matches_ = false;
  std::optional<hub::topic_info> shown_;
  std::uint64_t encoder_epoch_;
  std::unique_ptr<hub::encoder> encoder_;
};

}  // namespace logio::serve
