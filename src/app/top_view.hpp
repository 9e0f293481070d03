/// What `top` shows and what its keys change: pure, but for what is given to it.
///
/// Ownership:      owns its state, shares the snapshot.
/// Thread safety:  distinct objects.
/// Limits:         a pattern of 200 bytes; drawn are only the rows that the screen shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/top_options.hpp"
#include "terminal_mode.hpp"
#include "top_keys.hpp"
#include "top_snapshot.hpp"
#include "top_table.hpp"

namespace logio::app {

class top_view {
 public:
  explicit top_view(const config::top_options& options);

  void show(std::shared_ptr<const top_snapshot> snapshot);
  /// The hub is away: `why`, and for how long.
  void lose(std::string why, std::chrono::seconds since);

  /// False: the program is to end.
  bool press(const key_event& key);

  /// One line for each row of the screen, each within its columns.
  std::vector<std::string> draw(terminal_size size);

  bool is_paused() const noexcept { return paused_; }
  std::chrono::milliseconds interval() const noexcept { return interval_; }

 private:
  void press_command(std::string_view key);
  void press_in_prompt(const key_event& key);
  void turn_to(config::top_part part);
  void move_sort(int by);
  void change_interval(bool longer);
  void scroll(std::ptrdiff_t by) noexcept;
  void compile_pattern();
  std::string state_line(std::size_t all, std::size_t shown) const;
  std::vector<std::string> help_lines() const;

  const std::string hub_;
  const std::size_t lines_max_;
  std::chrono::milliseconds interval_;
  std::shared_ptr<const top_snapshot> shown_;
  std::string lost_why_;
  std::chrono::seconds lost_since_{};
  bool restarted_ = false;
  top_look look_;
  std::string pattern_, typed_, pattern_error_;
  bool paused_ = false, typing_ = false, help_ = false;
  std::size_t top_row_ = 0, page_rows_ = 10;
};

}  // namespace logio::app
