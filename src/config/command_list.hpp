/// All commands of the program, with the options that their tables set: for whoever tells of them
/// all, such as the overview, the man page and the shells' completions.
///
/// Ownership:      the tables borrow the options, and live no longer.
/// Thread safety:  distinct objects.
#pragma once

#include <string>
#include <vector>

#include "logio/config/check_options.hpp"
#include "logio/config/client_options.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/config/marathon_setup.hpp"
#include "logio/config/run_options.hpp"
#include "logio/config/serve_options.hpp"
#include "logio/config/ship_options.hpp"
#include "logio/config/tail_options.hpp"
#include "logio/config/top_options.hpp"
#include "logio/config/view_options.hpp"

namespace logio::config {

class command_list {
 public:
  command_list();
  command_list(const command_list&) = delete;

  /// In the order in which people are told of them.
  const std::vector<command>& all() const noexcept { return all_; }

  /// Nothing when there is none of this name.
  const command* find(std::string_view name) const noexcept;

  std::vector<std::string> names() const;

 private:
  serve_options serve_, marathon_ = marathon_defaults();
  marathon_flags marathon_own_;
  check_options check_;
  tail_flags tail_;
  top_flags top_;
  pipe_flags pipe_;
  run_flags run_;
  view_options view_;
  ship_flags ship_;
  healthcheck_flags healthcheck_;
  std::string shell_;
  std::vector<command> all_;
};

/// `logio --help`
std::string overview_of(const command_list& commands);

/// The README's tables; scripts/flags puts them there.
std::string reference_of(const command_list& commands);

/// The man page, logio(1), in man(7)'s macros. Source: man(7), man-pages(7).
std::string manual_of(const command_list& commands);

/// What completes a command line in `shell`: bash, zsh or fish. Empty for another one.
std::string completion_of(const command_list& commands, std::string_view shell);

}  // namespace logio::config
