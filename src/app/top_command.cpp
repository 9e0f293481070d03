#include <poll.h>
#include <unistd.h>

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "commands.hpp"
#include "fail.hpp"
#include "logio/base/exit_code.hpp"
#include "logio/filter/spec.hpp"
#include "pattern_check.hpp"
#include "top_fetch.hpp"
#include "top_live.hpp"
#include "top_print.hpp"

namespace logio::app {
namespace {

/// What is wrong with --sort, if anything; for one picture any table's column does.
std::string check_sort(const config::top_options& o, bool once) {
  if (o.sort.empty()) return {};
  std::string known;
  for (std::size_t i = 0; i < config::top_parts; ++i) {
    const auto part = static_cast<config::top_part>(i);
    if (!once && part != o.part) continue;
    if (find_sort(part, o.sort) < columns_of(part).size()) return {};
    for (const top_column& column : columns_of(part)) {
      std::string word(column.title);
      for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      if ((known + ' ').find(' ' + word + ' ') == std::string::npos) known += ' ' + word;
    }
  }
  return fmt::format("--sort: '{}' is no column; there are{}", o.sort, known);
}

int print_once(const config::top_options& o, const std::string& query) {
  const auto refuse = [](const http_failure& why) {
    return fail("top", base::exit_unavailable, why.message);
  };
  const auto first = fetch_snapshot(o.hub, query, false);
  if (!first) return refuse(first.error());
  // Its reader may go meanwhile.
  pollfd reader{STDOUT_FILENO, 0, 0};
  if (::poll(&reader, 1, static_cast<int>(o.interval.count())) == 1) return base::exit_ok;
  auto second = fetch_snapshot(o.hub, query, o.json);
  if (!second) return refuse(second.error());
  compare(*second, &*first);
  top_look look;
  look.color = o.asked_color == config::color_mode::always ||
               (o.color && ::isatty(STDOUT_FILENO) == 1);
  const std::string text = o.json ? print_json(*second)
                                  : print_text(*second, config::to_string(o.hub), o.sort,
                                               std::move(look), o.lines);
  const bool all = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if ((all && std::fflush(stdout) == 0) || errno == EPIPE) return base::exit_ok;
  return fail("top", base::exit_cannot_create, "standard output cannot be written");
}

}  // namespace

int run_top(const config::top_options& options) {
  const bool once = options.once || ::isatty(STDOUT_FILENO) == 0 || ::isatty(STDIN_FILENO) == 0;
  if (const std::string wrong = check_sort(options, once); !wrong.empty()) {
    return fail("top", base::exit_usage, wrong);
  }
  filter::spec wanted;
  wanted.app = options.app;
  wanted.proc = options.proc;
  wanted.host = options.host;
  if (const auto compiled = compile_patterns(wanted); !compiled) {
    return fail("top", base::exit_usage, compiled.error());
  }
  const std::string query = filter::to_query(wanted);
  if (once) return print_once(options, query);
  auto first = fetch_snapshot(options.hub, query, false);
  if (!first) return fail("top", base::exit_unavailable, first.error().message);
  compare(*first, nullptr);
  return run_top_live(options, query, std::make_shared<const top_snapshot>(std::move(*first)));
}

}  // namespace logio::app
