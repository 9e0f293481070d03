#include "sink/file_compressor.hpp"

#include <fmt/core.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <system_error>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "sink/path_word.hpp"

namespace logio::sink {
namespace {

using base::log_level;
using clock = std::chrono::steady_clock;
namespace errc = boost::system::errc;

constexpr const char* mark_name = "compressing";
constexpr std::size_t mark_bytes_max = std::size_t{64} << 10;

/// What the mark says: `packed` is being made of `path`.
struct marked {
  std::string path, packed;
  base::file_facts facts;
};

std::string to_line(const marked& m) {
  return fmt::format("{} {} {} {} {} {}\n", path_word(m.path), path_word(m.packed),
                     m.facts.device, m.facts.number, m.facts.bytes, m.facts.written_ns);
}

template <class Number>
bool read_number(std::string_view word, Number& to) {
  const auto read = std::from_chars(word.data(), word.data() + word.size(), to);
  return read.ec == std::errc() && read.ptr == word.data() + word.size();
}

std::optional<marked> parse_mark(std::string_view line) {
  if (line.empty() || line.back() != '\n') return std::nullopt;
  const auto words = words_of(line.substr(0, line.size() - 1));
  if (words.size() != 6) return std::nullopt;
  const auto path = word_path(words[0]), packed = word_path(words[1]);
  marked out;
  if (!path || !packed || !read_number(words[2], out.facts.device) ||
      !read_number(words[3], out.facts.number) || !read_number(words[4], out.facts.bytes) ||
      !read_number(words[5], out.facts.written_ns)) {
    return std::nullopt;
  }
  out.path = *path;
  out.packed = *packed;
  return out;
}

/// Whether it is that file still, with the same content.
bool is_same(const base::file_facts& a, const base::file_facts& b) noexcept {
  return a.device == b.device && a.number == b.number && a.bytes == b.bytes &&
         a.written_ns == b.written_ns;
}

/// Of the calling thread. What delivers goes first.
void lower_priority() noexcept {
  constexpr int nice = 10;
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), nice);
}

}  // namespace

file_compressor::file_compressor(packing how, std::string sink, std::string folder)
    : how_(how),
      sink_(std::move(sink)),
      folder_(std::move(folder)),
      back_off_(static_cast<std::uint64_t>(base::monotonic_now_ns()), retry_wait_max) {}

file_compressor::~file_compressor() {
  interrupt();
  (void)end();
}

void file_compressor::clear() {
  if (folder_.empty()) return;
  const std::string mark = folder_ + '/' + mark_name;
  const auto text = base::read_text_file(mark, mark_bytes_max);
  if (!text) return;
  if (const auto left = parse_mark(*text)) {
    (void)base::remove_file(part_name(left->packed));
    const auto plain = base::facts_of(left->path);
    if (plain && is_same(*plain, left->facts) && base::exists(left->packed)) {
      (void)base::remove_file(left->path);
      (void)base::sync_directory(folder_of(left->path));
    }
  }
  (void)base::remove_file(mark);
}

void file_compressor::put(std::string path) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    waiting_.push_back({std::move(path)});
  }
  changed_.notify_all();
  if (!thread_.joinable()) begin();
}

/// Without a thread the files wait for the next one that is put.
void file_compressor::begin() {
  // Signals are for the threads that expect them.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
    ::pthread_setname_np(thread_.native_handle(), "compress");
  } catch (const std::system_error& e) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    base::log(log_level::warn, {"sink", sink_}, "cannot compress its files yet: {}", e.what());
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void file_compressor::take_back(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const job& j) { return j.path == path; });
  std::erase(done_, path);
  if (current_ != path) return;
  taken_ = true;
  stop_.store(true, std::memory_order_relaxed);
}

std::vector<std::string> file_compressor::take_done() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

std::size_t file_compressor::end() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, end_wait, [this] {
      return interrupted_ || retry_at_ || !thread_.joinable() ||
             (waiting_.empty() && current_.empty());
    });
    ended_ = true;
    stop_.store(true, std::memory_order_relaxed);
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void file_compressor::interrupt() noexcept {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  changed_.notify_all();
}

client_counts file_compressor::counts() const {
  client_counts out;
  out.compressed_files = compressed_.load(std::memory_order_relaxed);
  out.compress_failures = failures_.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  out.uncompressed_files = waiting_.size() + (current_.empty() ? 0 : 1);
  return out;
}

bool file_compressor::may_work() const {
  return !waiting_.empty() && (!retry_at_ || clock::now() >= *retry_at_);
}

void file_compressor::run() {
  lower_priority();
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (!may_work()) {
      if (retry_at_ && !waiting_.empty()) {
        changed_.wait_until(lock, *retry_at_);
      } else {
        changed_.wait(lock);
      }
      continue;
    }
    retry_at_.reset();
    job next = std::move(waiting_.front());
    waiting_.pop_front();
    current_ = next.path;
    taken_ = false;
    stop_.store(false, std::memory_order_relaxed);
    lock.unlock();
    error_code why;
    const end_of_job what = compress(next.path, why);
    lock.lock();
    settle(std::move(next), what, why);
    current_.clear();
    changed_.notify_all();
  }
}

/// Under the lock.
void file_compressor::settle(job of, end_of_job what, const error_code& why) {
  if (what == end_of_job::done) {
    compressed_.fetch_add(1, std::memory_order_relaxed);
    back_off_.reset();
    if (std::exchange(failing_, false)) {
      base::log(log_level::info, {"sink", sink_}, "compresses its files again");
    }
  }
  if (taken_) return;  // it is, or will be, another file
  switch (what) {
    case end_of_job::done:
    case end_of_job::absent:
      done_.push_back(std::move(of.path));
      return;
    case end_of_job::stopped:
      waiting_.push_front(std::move(of));
      return;
    case end_of_job::failed:
      failures_.fetch_add(1, std::memory_order_relaxed);
      if (!of.failed && !std::exchange(failing_, true)) {
        base::log(log_level::warn, {"sink", sink_},
                  "cannot compress {}: {}; it stays as it is, and is tried again until it works",
                  of.path, why.message());
      }
      of.failed = true;
      waiting_.push_back(std::move(of));
      retry_at_ = clock::now() + back_off_.next();
      return;
  }
}

file_compressor::end_of_job file_compressor::compress(const std::string& path, error_code& why) {
  const auto found = base::facts_of(path);
  if (!found && found.error() == errc::no_such_file_or_directory) return end_of_job::absent;
  if (found && !found->regular) return end_of_job::absent;  // what should become of it?
  auto from = base::posix_file::open(path, base::posix_file::mode::read);
  if (!from) {
    why = from.error();
    return end_of_job::failed;
  }
  const auto facts = from->facts();
  if (!facts) {
    why = facts.error();
    return end_of_job::failed;
  }
  const std::string packed = free_packed_name(path, how_);
  if (!folder_.empty()) {
    why = base::replace_text_file(folder_, mark_name, to_line({path, packed, *facts}));
    if (why) return end_of_job::failed;
  }
  const end_of_job what = replace(path, packed, *from, *facts, why);
  if (what != end_of_job::done) (void)base::remove_file(part_name(packed));
  if (!folder_.empty()) (void)base::remove_file(folder_ + '/' + mark_name);
  return what;
}

file_compressor::end_of_job file_compressor::replace(const std::string& path,
                                                     const std::string& packed,
                                                     const base::posix_file& from,
                                                     const base::file_facts& facts,
                                                     error_code& why) {
  const std::string part = part_name(packed), folder = folder_of(path);
  (void)base::remove_file(part);  // of one that a crash ended and that nothing remembered
  try {
    why = compress_file(from, facts, part, how_, stop_);
  } catch (const std::bad_alloc&) {
    why = errc::make_error_code(errc::not_enough_memory);
  }
  if (why == errc::operation_canceled) return end_of_job::stopped;
  if (!why && base::exists(packed)) why = errc::make_error_code(errc::file_exists);
  if (!why) why = base::rename_file(part, packed);
  if (why) return end_of_job::failed;
  why = base::sync_directory(folder);
  const end_of_job what =
      why ? end_of_job::failed : remove_plain(path, from, facts, why);
  if (what != end_of_job::done) (void)base::remove_file(packed);
  (void)base::sync_directory(folder);
  return what;
}

/// Under the lock, so that the file is either taken back or gone.
file_compressor::end_of_job file_compressor::remove_plain(const std::string& path,
                                                          const base::posix_file& from,
                                                          const base::file_facts& facts,
                                                          error_code& why) {
  const std::lock_guard lock(mutex_);
  if (taken_) return end_of_job::stopped;
  const auto now = base::facts_of(path);
  // Somebody writes to it, or has: the copy is not all of it.
  if (!now || !is_same(*now, facts)) {
    why = errc::make_error_code(errc::text_file_busy);
  } else if (why = from.lock(); !why) {
    why = base::remove_file(path);
  }
  return why ? end_of_job::failed : end_of_job::done;
}

}  // namespace logio::sink
