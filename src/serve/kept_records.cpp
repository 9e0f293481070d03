#include "kept_records.hpp"

#include <algorithm>
#include <utility>

#include "logio/record/record.hpp"
#include "logio/serve/formats.hpp"

namespace logio::serve {

kept_records::kept_records(std::vector<sink_record> kept, stream_request asked, hub_facts facts)
    : kept_(std::move(kept)),
      asked_(std::move(asked)),
      facts_(std::move(facts)),
      begin_(find_begin()),
      at_(kept_.size()),
      encoder_epoch_(facts_.epoch),
      encoder_(make_encoder(asked_.format, facts_.host, facts_.epoch)) {}

std::size_t kept_records::find_begin() {
  tell_continuity_lost_ = asked_.history.continuity_lost;
  if (!asked_.after) return 0;
  const cursor& after = *asked_.after;
  const bool given_out =
      after.epoch != facts_.epoch || after.position < facts_.next_position;
  const auto of_its_run = [&](const sink_record& r) { return r.epoch == after.epoch; };
  const auto last = std::find_if(kept_.rbegin(), kept_.rend(), of_its_run).base();
  if (given_out && last != kept_.begin()) {
    const auto behind = std::find_if(kept_.begin(), last, [&](const sink_record& r) {
      return of_its_run(r) && r.position > after.position;
    });
    return static_cast<std::size_t>(behind - kept_.begin());
  }
  // Nothing of this run is kept, so what is kept is older than the cursor.
  if (given_out && after.epoch == facts_.epoch) return kept_.size();
  tell_continuity_lost_ = true;
  return 0;
}

bool kept_records::choose_next() {
  const bool enough = asked_.history.tail && chosen_.size() >= *asked_.history.tail;
  if (enough || at_ == begin_) return false;
  const sink_record& kept = kept_[--at_];
  if (wants(kept)) chosen_.push_back(&kept);
  return true;
}

bool kept_records::wants(const sink_record& kept) {
  const record::view r(kept.record);
  const auto& asked = asked_.history;
  if (asked.since_ns && kept.arrival_ns < *asked.since_ns) return false;
  if (asked.until_ns && kept.arrival_ns >= *asked.until_ns) return false;
  if (r.severity() < asked_.wanted.source().severity) return false;
  if (judged_ != *kept.topic) {
    judged_ = *kept.topic;
    judged_matches_ = asked_.wanted.matches_topic(*kept.topic);
  }
  return judged_matches_ && asked_.wanted.matches_line(r.text());
}

bool kept_records::append_next(std::string& out, std::int64_t now_ns) {
  if (std::exchange(tell_continuity_lost_, false)) {
    hub::loss lost;
    lost.continuity = true;
    encoder_->append_loss(out, lost, now_ns);
  }
  if (chosen_.empty()) return false;
  append(out, *chosen_.back());
  chosen_.pop_back();
  return true;
}

void kept_records::append(std::string& out, const sink_record& kept) {
  if (encoder_epoch_ != kept.epoch) {
    encoder_epoch_ = kept.epoch;
    encoder_ = make_encoder(asked_.format, facts_.host, kept.epoch);
  }
  if (!shown_ || shown_->topic != *kept.topic) shown_.emplace(0U, *kept.topic, kept.arrival_ns);
  const std::size_t before = out.size();
  const std::size_t room = encoder_->bound(record::view(kept.record), *shown_);
  out.resize(before + room);
  record::iterator at(kept.record), end = at;
  ++end;
  const hub::origin from{*shown_, kept.arrival_ns, kept.position};
  const auto done = encoder_->encode(at, end, from, out.data() + before, room);
  out.resize(before + done.bytes);
}

}  // namespace logio::serve
