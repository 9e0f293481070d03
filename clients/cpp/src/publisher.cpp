#include "logio/client/publisher.hpp"

#include <pthread.h>
#include <signal.h>

#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

#include "fork_guard.hpp"
#include "hub_link.hpp"
#include "line_buffer.hpp"
#include "sigterm.hpp"

namespace logio::client {

struct publisher::shared : line_buffer {
  using line_buffer::line_buffer;
  std::mutex starting;  // held over what changes thread_
  bool forked = false;
};

publisher::publisher(publisher_options options)
    : shared_(std::make_shared<shared>(std::move(options))) {
  fork_guard::enter(*this);
  if (shared_->options.start_at_first_record) return;
  shared_->note_started();
  start();
}

publisher::~publisher() {
  if (!shared_) return;
  close(shared_->abandoned() ? std::chrono::milliseconds(0) : shared_->options.end_timeout);
  fork_guard::leave(*this);
}

void publisher::start() {
  const std::lock_guard lock(shared_->starting);
  if (shared_->abandoned()) return;
  // The application's signals are its own threads' business.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([buffer = shared_] {
      if (buffer->forked) buffer->tell({event::what::forked, {}});
      hub_link(*buffer).run();
      buffer->end();
    });
  } catch (const std::system_error&) {
    shared_->end();  // no thread is to be had: all is dropped at the end, and counted
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (shared_->options.sends_on_sigterm) watch_sigterm();
}

std::shared_ptr<line_buffer> publisher::buffer() const { return shared_; }

void publisher::renew_after_fork() {
  // The parent's lock may be held and its threads may wait: what they share is never destroyed
  // here. It is this much that a child does not use: pages that it shares with its parent.
  static auto& of_parents = *new std::vector<std::shared_ptr<shared>>;
  shared_->close_copies();
  of_parents.push_back(shared_);
  shared_ = std::make_shared<shared>(shared_->options);
  shared_->forked = true;
  std::construct_at(&thread_);  // the one that it named is the parent's, and not to be waited for
}

void publisher::add(const record& line) {
  if (shared_ && shared_->add(line)) start();
}

void publisher::add(std::string_view text, std::string_view severity, std::string_view fields) {
  if (!shared_) return;
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
  }
  add({.text = text, .time_ns = now_ns(), .severity = severity, .fields = fields});
}

bool publisher::flush(std::chrono::milliseconds deadline) {
  return !shared_ || shared_->flush(std::chrono::steady_clock::now() + deadline);
}

publisher_stats publisher::close(std::chrono::milliseconds deadline) {
  if (!shared_) return {};
  const publisher_stats last = shared_->close(std::chrono::steady_clock::now() + deadline);
  const std::lock_guard lock(shared_->starting);
  if (thread_.joinable()) {
    // A name server may keep it for long.
    if (shared_->ended()) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }
  return last;
}

publisher_stats publisher::stats() const { return shared_ ? shared_->stats() : publisher_stats{}; }

}  // namespace logio::client
