#include "sink/finished_files.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "logio/base/log.hpp"

namespace logio::sink {

using base::log_level;

finished_files::finished_files(packing how, const origin& of)
    : sink_(of.sink),
      folder_(of.folder),
      list_(of.path_template, of.folder),
      compressor_(how, of.sink, of.folder) {}

void finished_files::begin() {
  compressor_.clear();
  note(list_.load());
  std::vector<std::string> left;
  for (const auto& [path, f] : list_.files()) {
    if (f.done) {
      left.push_back(path);
      continue;
    }
    newest& last = newest_[f.family];
    if (!last.path.empty() && f.hour <= last.hour) {
      left.push_back(path);
      continue;
    }
    if (!last.path.empty()) left.push_back(last.path);
    last = {path, f.hour};
  }
  for (const std::string& path : left) hand_over(path);
}

void finished_files::opening(const std::string& path) {
  compressor_.take_back(path);
  step();
}

void finished_files::not_opened(const std::string& path) {
  const auto found = list_.files().find(path);
  if (found != list_.files().end() && found->second.done) compressor_.put(path);
}

void finished_files::opened(const std::string& path, const std::string& family,
                            std::int64_t hour) {
  if (!has_room(path)) return;
  open_.insert(path);
  note(list_.open(path, family, hour));
  newest& last = newest_[family];
  if (last.path == path) {
    last.hour = std::max(last.hour, hour);
  } else if (last.path.empty() || hour > last.hour) {
    const newest before = std::exchange(last, {path, hour});
    if (!before.path.empty() && !open_.contains(before.path)) hand_over(before.path);
  }
}

void finished_files::closed(const std::string& path) {
  if (open_.erase(path) == 0) return;
  const auto found = list_.files().find(path);
  if (found == list_.files().end() || is_newest(path, found->second.family)) return;
  hand_over(path);
}

void finished_files::rotating(const std::string& aside) {
  if (has_room(aside)) note(list_.done(aside));
}

void finished_files::rotated(const std::string& aside) {
  if (list_.files().contains(aside)) compressor_.put(aside);
}

void finished_files::not_rotated(const std::string& aside) { note(list_.gone(aside)); }

bool finished_files::is_taken(const std::string& path) const {
  return base::exists(path) || base::exists(path + ".gz") || base::exists(path + ".zst");
}

void finished_files::step() {
  for (const std::string& path : compressor_.take_done()) note(list_.gone(path));
}

void finished_files::end() {
  const std::size_t left = compressor_.end();
  step();
  if (left == 0) return;
  if (folder_.empty()) {
    base::log(log_level::warn, {"sink", sink_},
              "ended with {} files not compressed; they stay as they are, since without a data "
              "directory the next start does not know them", left);
  } else {
    base::log(log_level::info, {"sink", sink_},
              "ended with {} files not compressed; the next start goes on with them", left);
  }
}

client_counts finished_files::counts() const {
  client_counts out = compressor_.counts();
  out.compress_failures += unlisted_.load(std::memory_order_relaxed);
  return out;
}

bool finished_files::is_newest(const std::string& path, const std::string& family) const {
  const auto found = newest_.find(family);
  return found != newest_.end() && found->second.path == path;
}

void finished_files::hand_over(const std::string& path) {
  note(list_.done(path));
  compressor_.put(path);
}

/// Whether the list takes that file; makes sure that it goes on doing so.
bool finished_files::has_room(const std::string& path) {
  if (list_.files().contains(path)) return true;
  if (list_.files().size() >= file_list::files_max / 10 * 9) make_room();
  if (!list_.full()) return true;
  unlisted_.fetch_add(1, std::memory_order_relaxed);
  if (!std::exchange(told_full_, true)) {
    base::log(log_level::warn, {"sink", sink_},
              "{} of its files are open or wait for being compressed; {} and others stay as they "
              "are", list_.files().size(), path);
  }
  return false;
}

/// The closed file of the oldest time is done with: perhaps nothing follows it any more.
void finished_files::make_room() {
  auto oldest = newest_.end();
  for (auto i = newest_.begin(); i != newest_.end(); ++i) {
    if (open_.contains(i->second.path)) continue;
    if (oldest == newest_.end() || i->second.hour < oldest->second.hour) oldest = i;
  }
  if (oldest == newest_.end()) return;
  const std::string path = oldest->second.path;
  newest_.erase(oldest);
  hand_over(path);
}

void finished_files::note(error_code why) {
  if (why && !std::exchange(list_fails_, true)) {
    base::log(log_level::warn, {"sink", sink_},
              "cannot write down its files in {}: {}; after a restart some would not be compressed",
              folder_, why.message());
  } else if (!why && std::exchange(list_fails_, false)) {
    base::log(log_level::info, {"sink", sink_}, "its files can be written down again");
  }
}

}  // namespace logio::sink
