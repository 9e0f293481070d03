#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
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
#include "logio/record/severity.hpp"
#include "logio/record/time.hpp"
#include "logio/record/topic.hpp"
#include "logio/wire/json_encoder.hpp"
#include "logio/wire/json_notices.hpp"
#include "logio/wire/text_encoder.hpp"
#include "terminal_text.hpp"
#include "time_range.hpp"

namespace logio::app {
namespace {

using output = config::view_options::output;

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

/// Prints the records that are wanted.
class printer {
 public:
  printer(const config::view_options& o, filter::filter wanted, record::severity_number least,
          std::int64_t since_ns, std::int64_t until_ns)
      : format_(o.format),
        wanted_(std::move(wanted)),
        severity_(least),
        since_ns_(since_ns),
        until_ns_(until_ns),
        terminal_(::isatty(STDOUT_FILENO) == 1) {}

  void segment(const journal::segment_head& head,
               const std::map<std::uint32_t, journal::topic_summary>& topics) {
    topics_.clear();
    for (const auto& [number, of] : topics) note(number, of.topic);
    json_ = std::make_unique<wire::json_encoder>(head.epoch);
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
    if (b.arrival_ns >= until_ns_) return false;
    last_arrival_ns_ = b.arrival_ns;
    const auto of = topics_.find(b.topic);
    if (b.arrival_ns < since_ns_ || of == topics_.end() || !of->second.wanted) return true;
    std::uint64_t position = b.first_position;
    for (const record::view r : record::batch_view(b.records.data(), b.records.size())) {
      const std::uint64_t at = position++;
      if (r.severity() < severity_ || !wanted_.matches_line(r.text())) continue;
      render(r, of->second, at, b.arrival_ns);
    }
    return out_.size() < flush_bytes || flush();
  }

  void missing(std::uint64_t count, journal::missing why) {
    if (format_ == output::ndjson) {
      wire::append_ndjson_missed(out_, count, last_arrival_ns_,
                                 why == journal::missing::deleted    ? "retention"
                                 : why == journal::missing::left_out ? "left_out"
                                                                     : "damaged");
    } else {
      wire::append_missed_notice(out_, base::unix_now_ns(), "journal", count, last_arrival_ns_);
    }
  }

  bool flush() {
    const std::string shown = terminal_ ? visible(out_) : std::string();
    std::string_view left = terminal_ ? std::string_view(shown) : std::string_view(out_);
    while (!left.empty()) {
      const ssize_t n = ::write(STDOUT_FILENO, left.data(), left.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        reader_gone_ = true;
        return false;
      }
      left.remove_prefix(static_cast<std::size_t>(n));
    }
    out_.clear();
    return true;
  }

  bool reader_gone() const noexcept { return reader_gone_; }

 private:
  static constexpr std::size_t flush_bytes = std::size_t{64} << 10;

  struct topic {
    bool wanted = false;
    std::string label, members;
  };

  void note(std::uint32_t number, const record::topic& t) {
    topic& of = topics_[number];
    of.wanted = wanted_.matches_topic(t);
    of.label = record::text_label(t);
    of.members = record::json_members(t);
  }

  void render(const record::view& r, const topic& of, std::uint64_t position,
              std::int64_t arrival_ns) {
    const std::size_t before = out_.size();
    char* end = nullptr;
    const auto room = [&](std::size_t bytes) {
      out_.resize(before + bytes);
      return out_.data() + before;
    };
    switch (format_) {
      case output::text:
        end = wire::encode_text(room(wire::text_bound(of.label.size(), r)), r, of.label, time_);
        break;
      case output::raw:
        end = wire::encode_raw(room(wire::raw_bound(r)), r);
        break;
      case output::ndjson:
        end = json_->encode_ndjson(room(json_->ndjson_bound(r, of.members)), r, of.members,
                                   position, arrival_ns);
        break;
    }
    out_.resize(static_cast<std::size_t>(end - out_.data()));
  }

  output format_;
  filter::filter wanted_;
  record::severity_number severity_;
  std::int64_t since_ns_, until_ns_;
  bool terminal_, reader_gone_ = false;
  std::map<std::uint32_t, topic> topics_;  // of the segment
  std::unique_ptr<wire::json_encoder> json_;
  record::text_time_writer time_;
  std::int64_t last_arrival_ns_ = 0;  // since when something is missing
  std::string out_;
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

int run_print(const std::vector<journal::segment_file>& files, printer& to,
              progress_line& progress, std::int64_t since_ns, std::int64_t until_ns) {
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
  reader.only(since_ns, until_ns);
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
  if (!to.reader_gone()) to.flush();
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
  auto wanted = filter::compile(spec, filter::limits());
  if (!wanted) {
    const auto& why = wanted.error();
    return fail("view", base::exit_usage, fmt::format("--{}: '{}': {} at byte {}. {}",
                                                      why.parameter, why.pattern, why.message,
                                                      why.offset, why.hint));
  }
  const auto severity = o.severity.empty() ? record::severity_number{0}
                                           : record::parse_severity(o.severity).value_or(255);
  if (severity == 255) {
    return fail("view", base::exit_usage,
                fmt::format("--severity: '{}' is no severity: trace, debug, info, warn, error, "
                            "fatal or 1 to 24", o.severity));
  }
  const auto range = read_time_range(o.since, o.until, base::unix_now_ns());
  if (!range) return fail("view", base::exit_usage, range.error());
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
  printer to(o, std::move(*wanted), severity, range->since_ns, range->until_ns);
  return run_print(*files, to, progress, range->since_ns, range->until_ns);
}

}  // namespace logio::app
