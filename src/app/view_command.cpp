#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "commands.hpp"
#include "fail.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/base/quantity.hpp"
#include "logio/filter/filter.hpp"
#include "logio/journal/log_reader.hpp"
#include "logio/record/topic.hpp"
#include "logio/wire/json_notices.hpp"
#include "logio/wire/text_encoder.hpp"
#include "pattern_check.hpp"
#include "record_printer.hpp"
#include "time_range.hpp"

namespace logio::app {
namespace {

/// `62 %` on a terminal that is not the one that the lines go to, a few times a second.
class progress_line {
 public:
  explicit progress_line(std::uint64_t bytes)
      : bytes_(bytes), shown_(::isatty(STDERR_FILENO) == 1 && ::isatty(STDOUT_FILENO) != 1) {}
  ~progress_line() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
  }
  void at(std::uint64_t done) {
    if (!shown_ || bytes_ == 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(200);
    drawn_ = true;
    const std::string line =
        fmt::format("\rlogio view: {} % of {} ", done * 100 / bytes_, base::format_size(bytes_));
    std::fputs(line.c_str(), stderr);
  }

 private:
  std::uint64_t bytes_;
  bool shown_, drawn_ = false;
  std::chrono::steady_clock::time_point next_{};
};

/// Gives the records that are wanted to the printer; with `lines` only the newest of them.
class selection {
 public:
  selection(record_printer to, const std::optional<std::uint64_t>& lines, filter::filter wanted,
            record::severity_number least, const time_range& range)
      : to_(std::move(to)),
        lines_(lines),
        wanted_(std::move(wanted)),
        severity_(least),
        range_(range) {}

  void segment(const journal::segment_head& head,
               const std::map<std::uint32_t, journal::topic_summary>& topics) {
    topics_.clear();
    for (const auto& [number, of] : topics) note(number, of.topic);
    epoch_ = head.epoch;
    if (last_arrival_ns_ == 0) last_arrival_ns_ = head.created_ns;
  }

  /// False: no further record is wanted, or nobody reads any more.
  bool frame(const journal::frame& f) {
    if (f.head.kind == journal::frame_kind::topic) {
      const journal::numbered_topic t = journal::as_topic(f);
      note(t.number, t.topic);
      return true;
    }
    const journal::batch b = journal::as_batch(f);
    if (b.arrival_ns >= range_.until_ns) return false;
    last_arrival_ns_ = b.arrival_ns;
    const auto of = topics_.find(b.topic);
    if (b.arrival_ns < range_.since_ns || of == topics_.end() || !of->second.wanted) return true;
    std::uint64_t position = b.first_position;
    for (const record::view r : record::batch_view(b.records.data(), b.records.size())) {
      const std::uint64_t at = position++;
      if (r.severity() < severity_ || !wanted_.matches_line(r.text())) continue;
      to_.add({r, of->second.name, b.arrival_ns, epoch_, at});
      keep();
    }
    return !to_.wants_flush() || flush();
  }

  void missing(std::uint64_t count, journal::missing why) {
    std::string json, words;
    wire::append_ndjson_missed(json, count, last_arrival_ns_,
                               why == journal::missing::deleted    ? "retention"
                               : why == journal::missing::left_out ? "left_out"
                                                                   : "damaged");
    constexpr std::string_view label = " logio[hub] journal: ";
    wire::append_missed_notice(words, base::unix_now_ns(), "journal", count, last_arrival_ns_);
    words.erase(0, words.find(label) + label.size());
    words.pop_back();
    to_.add_notice(base::unix_now_ns(), "journal", words, json);
    keep();
  }

  /// What is still to be written.
  bool finish() {
    for (const std::string& line : newest_) {
      to_.add_shown(line);
      if (to_.wants_flush() && !flush()) return false;
    }
    return flush();
  }

  bool reader_gone() const noexcept { return reader_gone_; }

 private:
  struct topic {
    bool wanted = false;
    record::topic name;
  };

  void note(std::uint32_t number, const record::topic& t) {
    topics_[number] = {wanted_.matches_topic(t), t};
  }

  void keep() {
    if (!lines_) return;
    newest_.push_back(to_.take_shown());
    if (newest_.size() > *lines_) newest_.pop_front();
  }

  bool flush() {
    reader_gone_ = reader_gone_ || !to_.flush();
    return !reader_gone_;
  }

  record_printer to_;
  std::optional<std::uint64_t> lines_;
  filter::filter wanted_;
  record::severity_number severity_;
  time_range range_;
  bool reader_gone_ = false;
  std::map<std::uint32_t, topic> topics_;  // of the segment
  std::uint64_t epoch_ = 0;
  std::int64_t last_arrival_ns_ = 0;  // since when something is missing
  std::deque<std::string> newest_;
};

/// A line about each segment; true when nothing is wrong.
bool report(const journal::segment_file& file, const journal::log_reader::verdict& v,
            bool is_last) {
  // A hub may be writing the last one.
  const bool torn = v.torn_bytes != 0 && !(is_last && !v.sealed && !v.compressed);
  const bool good = v.readable && v.damaged_places == 0 && v.damaged_positions == 0 && !torn;
  std::string line = fmt::format("{}: ", file.path);
  if (!v.readable) {
    line += "cannot be read: " + v.why;
  } else {
    line += fmt::format("{} records, positions {} to {}, {}", v.records, v.first_position,
                        v.next_position - 1, v.sealed ? "sealed" : "open");
    if (v.compressed) line += ", compressed";
    if (v.left_out_positions != 0) {
      line += fmt::format(", {} left out by the hub", v.left_out_positions);
    }
    if (v.torn_bytes != 0 && !v.sealed) {
      line += fmt::format(", {} bytes of an unfinished frame", v.torn_bytes);
    }
    if (good) {
      line += ", ok";
    } else {
      const bool to_its_end = v.sealed && v.torn_bytes != 0;
      line += fmt::format(", DAMAGED in {} places ({}): {} positions lost",
                          v.damaged_places + (to_its_end ? 1 : 0),
                          v.why.empty() ? "it ends within a frame" : v.why, v.damaged_positions);
    }
  }
  fmt::print("{}\n", line);
  return good;
}

int run_check(const std::vector<journal::segment_file>& files, progress_line& progress) {
  std::uint64_t deleted = 0, records = 0;
  bool good = true;
  journal::log_reader::handlers to;
  to.on_segment = [](const auto&, const auto&) {};
  to.on_frame = [](const journal::frame&) { return true; };
  to.on_progress = [&](std::uint64_t bytes) { progress.at(bytes); };
  to.on_missing = [&](journal::missing why, std::uint64_t position, std::uint64_t count) {
    if (why != journal::missing::deleted) return;
    deleted += count;
    fmt::print("positions {} to {} are in no file\n", position, position + count - 1);
  };
  journal::log_reader reader(to);
  for (const journal::segment_file& file : files) {
    journal::log_reader::verdict v;
    (void)reader.read(file, v);
    if (v.gone) continue;
    records += v.records;
    good = report(file, v, &file == &files.back()) && good;
  }
  good = good && deleted == 0;
  fmt::print("{} segments, {} records: {}\n", files.size(), records, good ? "ok" : "DAMAGED");
  return good ? base::exit_ok : base::exit_unavailable;
}

int run_print(const std::vector<journal::segment_file>& files, selection& to,
              progress_line& progress, const time_range& range) {
  journal::log_reader::handlers handlers;
  bool damaged = false;
  handlers.on_segment = [&](const auto& head, const auto& topics) { to.segment(head, topics); };
  handlers.on_frame = [&](const journal::frame& f) { return to.frame(f); };
  handlers.on_progress = [&](std::uint64_t bytes) { progress.at(bytes); };
  handlers.on_missing = [&](journal::missing why, std::uint64_t, std::uint64_t count) {
    to.missing(count, why);
    damaged = true;
  };
  journal::log_reader reader(handlers);
  reader.only(range.since_ns, range.until_ns);
  for (const journal::segment_file& file : files) {
    journal::log_reader::verdict v;
    const bool more = reader.read(file, v);
    damaged = damaged || v.damaged_places != 0;
    if (!v.readable && !v.gone) {
      fail("view", base::exit_unavailable, fmt::format("{}: {}", file.path, v.why));
      damaged = true;
    }
    if (!more) break;
  }
  if (!to.reader_gone()) (void)to.finish();
  return damaged && !to.reader_gone() ? base::exit_unavailable : base::exit_ok;
}

}  // namespace

int run_view(const config::view_options& o) {
  filter::spec spec;
  spec.app = o.app;
  spec.proc = o.proc;
  spec.host = o.host;
  spec.log = o.grep;
  spec.exclude = o.exclude;
  auto wanted = compile_patterns(spec);
  if (!wanted) return fail("view", base::exit_usage, wanted.error());
  const auto severity = read_severity(o.severity);
  if (!severity) return fail("view", base::exit_usage, severity.error());
  const auto range = read_time_range(o.since, o.until, base::unix_now_ns());
  if (!range) return fail("view", base::exit_usage, range.error());
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  const bool colors = o.color && (is_terminal || o.output.color == config::color_mode::always);
  auto printer = record_printer::make(o.output, o.grep, is_terminal, colors);
  if (!printer) return fail("view", base::exit_usage, printer.error());
  const auto files = journal::find_segments(o.path);
  if (!files) {
    return fail("view", base::exit_unavailable,
                fmt::format("cannot read {}: {}", o.path, files.error().message()));
  }
  if (files->empty()) {
    return fail("view", base::exit_unavailable,
                fmt::format("{} holds no journal; name a hub's --data-dir, or a file of it",
                            o.path));
  }
  std::uint64_t bytes = 0;
  for (const journal::segment_file& f : *files) bytes += f.bytes;
  progress_line progress(bytes);
  if (o.check) return run_check(*files, progress);
  selection to(std::move(*printer), o.lines, std::move(*wanted), *severity, *range);
  return run_print(*files, to, progress, *range);
}

}  // namespace logio::app
