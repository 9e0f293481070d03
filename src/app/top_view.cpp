#include "top_view.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "logio/base/quantity.hpp"
#include "logio/filter/filter.hpp"
#include "top_print.hpp"

namespace logio::app {
namespace {

using config::top_part;

constexpr std::size_t pattern_bytes_most = 200;
constexpr std::array intervals = {
    std::chrono::milliseconds(200),   std::chrono::milliseconds(500),
    std::chrono::milliseconds(1000),  std::chrono::milliseconds(2000),
    std::chrono::milliseconds(5000),  std::chrono::milliseconds(10'000),
    std::chrono::milliseconds(30'000), std::chrono::milliseconds(60'000)};

}  // namespace

top_view::top_view(const config::top_options& o)
    : hub_(config::to_string(o.hub)), lines_max_(o.lines), interval_(o.interval) {
  look_.color = o.color;
  look_.utf8 = o.utf8;
  look_.part = o.part;
  look_.sort = o.sort.empty() ? usual_sort(o.part) : find_sort(o.part, o.sort);
}

void top_view::show(std::shared_ptr<const top_snapshot> snapshot) {
  restarted_ = snapshot->restarted || (restarted_ && shown_->epoch == snapshot->epoch &&
                                       snapshot->uptime_seconds < 60);
  shown_ = std::move(snapshot);
  lost_why_.clear();
}

void top_view::lose(std::string why, std::chrono::seconds since) {
  lost_why_ = std::move(why);
  lost_since_ = since;
}

void top_view::turn_to(top_part part) {
  if (part == look_.part) return;
  look_.part = part;
  look_.sort = usual_sort(part);
  look_.reversed = false;
  top_row_ = 0;
}

void top_view::move_sort(int by) {
  const std::size_t all = columns_of(look_.part).size();
  look_.sort = look_.sort >= all ? 0 : (look_.sort + all + static_cast<std::size_t>(by)) % all;
  top_row_ = 0;
}

void top_view::change_interval(bool longer) {
  if (longer) {
    const auto next = std::ranges::upper_bound(intervals, interval_);
    if (next != intervals.end()) interval_ = *next;
  } else {
    const auto next = std::ranges::lower_bound(intervals, interval_);
    if (next != intervals.begin()) interval_ = *std::prev(next);
  }
}

void top_view::scroll(std::ptrdiff_t by) noexcept {
  const auto to = static_cast<std::ptrdiff_t>(top_row_) + by;
  top_row_ = to < 0 ? 0 : static_cast<std::size_t>(to);  // draw() knows the end
}

void top_view::compile_pattern() {
  pattern_error_.clear();
  look_.wanted = nullptr;
  top_row_ = 0;
  if (pattern_.empty()) return;
  filter::spec spec;
  spec.log.push_back(pattern_);
  auto made = filter::compile(spec, {});
  if (!made) {
    pattern_error_ = fmt::format("/{}: {}", pattern_, made.error().message);
    pattern_.clear();
    return;
  }
  look_.wanted = [f = std::move(*made)](std::string_view text) { return f.matches_line(text); };
}

void top_view::press_in_prompt(const key_event& key) {
  if (key.kind == key_kind::enter) {
    typing_ = false;
    pattern_ = typed_;
    compile_pattern();
  } else if (key.kind == key_kind::escape) {
    typing_ = false;
  } else if (key.kind == key_kind::backspace) {
    while (!typed_.empty() && (static_cast<unsigned char>(typed_.back()) & 0xc0) == 0x80) {
      typed_.pop_back();
    }
    if (!typed_.empty()) typed_.pop_back();
  } else if (key.kind == key_kind::text && typed_.size() < pattern_bytes_most) {
    typed_ += key.text;
  }
}

void top_view::press_command(std::string_view key) {
  switch (key[0]) {
    case 't':
    case '1': turn_to(top_part::topics); break;
    case 's':
    case '2': turn_to(top_part::subscribers); break;
    case 'k':
    case 'i':
    case '3': turn_to(top_part::sinks); break;
    case 'm':
    case '4': turn_to(top_part::marathon); break;
    case '<': move_sort(-1); break;
    case '>': move_sort(1); break;
    case 'r': look_.reversed = !look_.reversed; break;
    case '/':
      typing_ = true;
      typed_.clear();
      pattern_error_.clear();
      break;
    case ' ': paused_ = !paused_; break;
    case '+': change_interval(true); break;
    case '-': change_interval(false); break;
    case '?':
    case 'h': help_ = true; break;
    default: break;
  }
}

bool top_view::press(const key_event& key) {
  const auto page = static_cast<std::ptrdiff_t>(page_rows_);
  if (key.text == "\x03") return false;
  if (typing_) {
    press_in_prompt(key);
    return true;
  }
  if (key.text == "q") return false;
  if (std::exchange(help_, false)) return true;
  switch (key.kind) {
    case key_kind::text: press_command(key.text); break;
    case key_kind::tab:
      turn_to(static_cast<top_part>((static_cast<std::size_t>(look_.part) + 1) %
                                    config::top_parts));
      break;
    case key_kind::escape:
      pattern_.clear();
      compile_pattern();
      break;
    case key_kind::up: scroll(-1); break;
    case key_kind::down: scroll(1); break;
    case key_kind::page_up: scroll(-page); break;
    case key_kind::page_down: scroll(page); break;
    case key_kind::home: top_row_ = 0; break;
    case key_kind::end: top_row_ = PTRDIFF_MAX; break;
    case key_kind::left: move_sort(-1); break;
    case key_kind::right: move_sort(1); break;
    default: break;
  }
  return true;
}

/// Above the table: what is shown, and what is wrong.
std::string top_view::state_line(std::size_t all, std::size_t shown) const {
  if (typing_) return "/" + typed_ + "_";
  if (!pattern_error_.empty()) return pattern_error_;
  if (!lost_why_.empty()) {
    return fmt::format("AWAY for {}: {}", short_time(static_cast<double>(lost_since_.count())),
                       lost_why_);
  }
  std::string out = fmt::format("{}: {}", name_of(look_.part), all);
  if (shown < all) out += fmt::format(", {}-{} shown", top_row_ + 1, top_row_ + shown);
  if (!pattern_.empty()) out += fmt::format("  /{}", pattern_);
  if (paused_) out += "  PAUSED";
  if (restarted_) out += "  RESTARTED";
  return out + fmt::format("  every {}  ? help", base::format_duration(interval_));
}

std::vector<std::string> top_view::help_lines() const {
  return {"t s k m  or 1-4, Tab: topics, subscribers, sinks, Marathon",
          "< >      sorted by another column (also left, right)",
          "r        the other way around",
          "/        shows only rows in which a pattern (RE2) is found; Esc all",
          "up down PgUp PgDn Home End   scroll",
          "space    stops and goes on",
          "+ -      a longer or shorter interval",
          "q        ends (also Ctrl-C); Ctrl-Z and fg as anywhere"};
}

std::vector<std::string> top_view::draw(terminal_size size) {
  const std::size_t width = std::max(size.columns, 1u), rows = std::max(size.rows, 1u);
  std::vector<std::string> out;
  const auto add = [&](std::string_view line, bool alarm = false) {
    std::string cut = cut_text(line, width, look_.utf8);
    out.push_back(alarm && look_.color ? "\x1b[31m" + cut + "\x1b[0m" : std::move(cut));
  };
  const bool alarm = !typing_ && (!lost_why_.empty() || !pattern_error_.empty());
  if (shown_ == nullptr) {
    add(fmt::format("logio top: {} is asked", hub_));
    if (alarm) add(state_line(0, 0), true);
  } else {
    // A low screen has its rows for the table.
    const std::size_t head = rows >= 16 ? 3 : rows >= 10 ? 2 : 1;
    const auto lines = head_lines(*shown_, hub_);
    for (std::size_t i = 0; i < head; ++i) {
      add(lines[head == 1 ? 1 : i], i == 2 && !shown_->stalled.empty());
    }
    page_rows_ = rows > head + 2 ? rows - head - 2 : 1;
    auto chosen = choose_rows(*shown_, look_);
    if (lines_max_ != 0) chosen.resize(std::min(chosen.size(), lines_max_));
    top_row_ = std::min(top_row_, chosen.size() - std::min(chosen.size(), page_rows_));
    const std::size_t count = std::min(page_rows_, chosen.size() - top_row_);
    add(state_line(chosen.size(), count), alarm);
    if (help_) {
      for (const std::string& line : help_lines()) add(line);
    } else {
      for (std::string& line :
           draw_table(std::span(chosen).subspan(top_row_, count), look_, width)) {
        out.push_back(std::move(line));
      }
    }
  }
  out.resize(rows);
  return out;
}

}  // namespace logio::app
