#include "tail_hint.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "http_get.hpp"
#include "logio/config/flag_table.hpp"
#include "logio/filter/spec.hpp"
#include "terminal_text.hpp"

namespace logio::app {
namespace {

constexpr std::chrono::seconds topics_timeout{5};
constexpr std::size_t topics_bytes_max = std::size_t{16} << 20;
constexpr std::size_t names_max = 3;

/// Of `{"topics":[{"app":"shop","proc":…},…]}` the apps; nothing when the hub does not say.
std::optional<std::set<std::string>> apps_of(const config::hub_url& hub,
                                             const filter::spec& wanted) {
  std::string target = "/v1/topics";
  const std::string query = filter::to_query(wanted);
  if (!query.empty()) target += '?' + query;
  auto answer = http_get::open(hub, target, topics_timeout, "application/json");
  if (!answer || answer->status() != 200) return std::nullopt;
  const auto text = answer->read_all(topics_bytes_max, topics_timeout);
  if (!text) return std::nullopt;
  constexpr std::string_view begin = R"({"app":")";
  std::set<std::string> out;
  for (std::size_t at = text->find(begin); at != std::string::npos; at = text->find(begin, at)) {
    at += begin.size();
    const std::size_t end = text->find('"', at);
    if (end == std::string::npos) break;
    out.insert(text->substr(at, end - at));
  }
  return out;
}

/// What a pattern says without its signs: `shop` of `sh?op.*`.
std::string bare(std::string_view pattern) {
  std::string out;
  for (const char c : pattern) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '/' ||
        static_cast<unsigned char>(c) >= 0x80) {
      out += c;
    }
  }
  return out;
}

std::string asked_for(const config::tail_options& o) {
  filter::spec topic;
  topic.app = o.app;
  topic.proc = o.proc;
  topic.host = o.host;
  return filter::to_query(topic);
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view pattern, std::vector<std::string> names) {
  const std::string wanted = bare(pattern);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (std::string& name : names) {
    std::size_t distance = config::edit_distance(wanted, name);
    if (!wanted.empty() && (name.find(wanted) != name.npos || wanted.find(name) != name.npos)) {
      distance = std::min<std::size_t>(distance, 1);
    }
    const std::size_t least = std::max<std::size_t>(wanted.size() / 3, 2);
    if (distance <= least) found.emplace_back(distance, std::move(name));
  }
  std::ranges::sort(found);
  std::vector<std::string> out;
  for (auto& [distance, name] : found) {
    if (out.size() < names_max) out.push_back(std::move(name));
  }
  return out;
}

std::string tail_hint(const config::tail_options& o, bool in_part) {
  filter::spec wanted;
  wanted.app = o.app;
  wanted.proc = o.proc;
  wanted.host = o.host;
  if (o.match_partial) wanted.match = filter::mode::partial;
  const std::string asked = asked_for(o);
  if (asked.empty()) return {};
  const auto matching = apps_of(o.hub, wanted);
  if (!matching || !matching->empty()) return {};
  const std::string begin = fmt::format("nothing matches {}{}", visible(asked),
                                        o.follow ? " yet; waiting for it" : "");
  if (in_part) return begin + ". Some names would in part: --match partial";
  const auto all = apps_of(o.hub, {});
  if (!all || all->empty()) return begin + (all ? ". The hub has no topic at all" : "");
  std::string near;
  for (const std::string& pattern : o.app) {
    for (const std::string& name : nearest_names(pattern, {all->begin(), all->end()})) {
      near += (near.empty() ? "" : ", ") + visible(name);
    }
  }
  if (!near.empty()) return fmt::format("{}. Near it: {}", begin, near);
  return fmt::format("{}. The hub has {} apps; curl '{}/v1/topics' tells them", begin,
                     all->size(), to_string(o.hub));
}

}  // namespace logio::app
