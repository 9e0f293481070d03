#include "segment_scan.hpp"

namespace logio::journal {
namespace {

/// A batch whose topic frame was lost has no topic: it counts as missing.
void sum_up(segment_scan& scan, const frame& f) {
  segment_summary& s = scan.summary;
  switch (f.head.kind) {
    case frame_kind::topic: {
      numbered_topic t = as_topic(f);
      s.add_topic(t.number, std::move(t.topic));
      return;
    }
    case frame_kind::batch: {
      const batch b = as_batch(f);
      scan.damaged_positions += b.first_position - s.next_position();
      if (!s.knows(b.topic)) {
        scan.damaged_positions += b.count;
        s.add_gap(b.first_position, b.count, b.arrival_ns, b.arrival_ns, f.at);
        return;
      }
      s.add_batch(b.first_position, b.count, b.arrival_ns, b.topic, b.records.size(), f.at);
      return;
    }
    case frame_kind::gap: {
      const gap g = as_gap(f);
      scan.damaged_positions += g.first_position - s.next_position();
      s.add_gap(g.first_position, g.count, g.first_arrival_ns, g.last_arrival_ns, f.at);
      return;
    }
    case frame_kind::clients:
    case frame_kind::footer:
      return;
  }
}

}  // namespace

result<segment_scan> scan_segment(segment_reader& reader, const segment_summary* footer,
                                  const std::function<void(const frame&)>& on_frame) {
  segment_scan scan;
  scan.summary = segment_summary(reader.head().first_position);
  scan.whole_bytes = head_bytes;
  if (footer != nullptr) {
    for (const auto& [number, of] : footer->topics()) scan.summary.add_topic(number, of.topic);
  }
  for (;;) {
    frame f;
    error_code why;
    switch (reader.next(f, why)) {
      case segment_reader::status::frame:
        if (f.head.kind == frame_kind::footer) return scan;  // without its trailer
        sum_up(scan, f);
        on_frame(f);
        scan.whole_bytes = reader.at();
        continue;
      case segment_reader::status::end:
        return scan;
      case segment_reader::status::bad:
        break;
    }
    if (why.category() == boost::system::system_category()) return why;
    error_code failed;
    if (!reader.find_next_whole(failed)) {
      if (failed) return failed;
      return scan;
    }
    if (scan.damaged_places++ == 0) scan.first_damage = why;
  }
}

}  // namespace logio::journal
