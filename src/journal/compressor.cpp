#include "logio/journal/compressor.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "logio/base/log.hpp"
#include "logio/base/quantity.hpp"
#include "segment_packer.hpp"

namespace logio::journal {
namespace {

using base::log_level;
using clock = std::chrono::steady_clock;

constexpr base::log_source speaker{"journal"};

void be_modest() {
  constexpr int nicest = 19;
  ::pthread_setname_np(::pthread_self(), "compressor");
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nicest);
}

}  // namespace

compressor::compressor(directory& in, const pace& how) : directory_(in), pace_(how) {
  thread_ = std::thread([this] { run(); });
}

compressor::~compressor() {
  if (thread_.joinable()) stop();
}

void compressor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

/// False: it is to end.
bool compressor::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stopping_.load(); });
}

void compressor::run() {
  be_modest();
  while (wait(pace_.look)) {
    if (clock::now() >= retry_at_) failed_.clear();
    while (const auto next = find_next()) {
      const error_code why = compress(*next);
      if (stopping_) return;
      if (why) note_failure(*next, why);
    }
  }
}

/// The oldest plain segment, but for the newest one and those that failed.
std::optional<segment_info> compressor::find_next() {
  std::vector<segment_info> all = directory_.segments();
  if (!all.empty()) all.pop_back();
  for (segment_info& s : all) {
    if (!s.compressed && !failed_.contains(s.name)) return std::move(s);
  }
  return std::nullopt;
}

error_code compressor::compress(const segment_info& of) {
  const auto free = directory_.free_bytes();
  if (!free) return free.error();
  if (*free < of.bytes) return make_error_code(boost::system::errc::no_space_on_device);
  const auto bytes = pack_segment(directory_.segment_path(of.name),
                                  directory_.unfinished_path(of.name),
                                  [this] { return !stopping_; });
  if (!bytes) return bytes.error();
  if (const error_code why = directory_.exchange(of.name, *bytes)) return why;
  compressed_.fetch_add(1, std::memory_order_relaxed);
  warned_ = false;
  base::log(log_level::debug, speaker, "{}: {} compressed to {}", of.name,
            base::format_size(of.bytes), base::format_size(*bytes));
  return {};
}

void compressor::note_failure(const segment_info& of, const error_code& why) {
  if (failed_.empty()) retry_at_ = clock::now() + pace_.retry;
  failed_.insert(of.name);
  const bool deleted = why == boost::system::errc::no_such_file_or_directory;
  if (warned_ || deleted || why == make_error_code(journal_error::not_sealed)) return;
  warned_ = true;
  base::log(log_level::warn, speaker,
            "cannot compress {}: {}. It stays as it is, and is tried again every {}",
            directory_.segment_path(of.name), why.message(), base::format_duration(pace_.retry));
}

}  // namespace logio::journal
