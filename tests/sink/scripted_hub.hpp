/// A hub's publishing port for tests: decodes, skips and acknowledges as a hub does, and errs as
/// its script says.
#pragma once

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "logio/net/unique_fd.hpp"
#include "logio/record/batch_builder.hpp"
#include "logio/wire/publish_answer.hpp"
#include "logio/wire/publish_decoder.hpp"

namespace logio::sink::testing {

class scripted_hub {
 public:
  struct script {
    std::uint64_t epoch = 0xfeed;
    bool greets = true;           ///< false: an original hub, which says nothing
    bool reads_numbers = true;
    std::string instead_of_greeting = {};
    std::string refused_text = {};  ///< records with this text are refused
    std::size_t cut_after = SIZE_MAX;  ///< so many records in all: then one reset, nothing said
    std::size_t silent_after = SIZE_MAX;  ///< so many records in all: then no answer any more
  };
  struct received {
    wire::publish_request topic;
    record::head head;
    std::string text, fields;
  };

  explicit scripted_hub(script of) : script_(std::move(of)), listener_(listen()) {
    thread_ = std::thread([this] { run(); });
  }
  ~scripted_hub() {
    ending_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);  // wakes the poll
    thread_.join();
  }

  std::uint16_t port() const noexcept { return port_; }
  std::vector<received> records() const {
    const std::lock_guard lock(mutex_);
    return records_;
  }
  std::size_t connections() const { return connections_; }
  std::size_t skipped() const { return skipped_; }

 private:
  struct session {
    explicit session(net::unique_fd of) : fd(std::move(of)) {}
    net::unique_fd fd;
    wire::publish_decoder decoder;
    bool greeted = false;
    std::size_t skipped = 0;
  };

  net::unique_fd listen() {
    net::unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const name = reinterpret_cast<sockaddr*>(&at);
    REQUIRE(::bind(fd.get(), name, size) == 0);
    REQUIRE(::listen(fd.get(), 128) == 0);
    REQUIRE(::getsockname(fd.get(), name, &size) == 0);
    port_ = ntohs(at.sin_port);
    return fd;
  }

  void run() {
    std::list<session> sessions;
    while (!ending_) {
      std::vector<pollfd> wanted{{listener_.get(), POLLIN, 0}};
      for (const session& s : sessions) wanted.push_back({s.fd.get(), POLLIN, 0});
      if (::poll(wanted.data(), wanted.size(), 10'000) <= 0) continue;
      std::size_t i = 1;
      bool cut = false;
      for (auto s = sessions.begin(); s != sessions.end() && !cut; ++i) {
        const bool open = wanted[i].revents == 0 || read(*s, cut);
        s = open ? std::next(s) : sessions.erase(s);
      }
      if (cut) sessions.clear();
      if ((wanted[0].revents & POLLIN) != 0 && !ending_) {
        sessions.emplace_back(
            net::unique_fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
        ++connections_;
      }
    }
  }

  /// False: it is over.
  bool read(session& s, bool& cut) {
    char bytes[4096];
    const ssize_t got = ::recv(s.fd.get(), bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    std::string answers;
    std::string_view rest(bytes, static_cast<std::size_t>(got));
    record::batch_builder batch(1 << 20);
    while (!rest.empty()) {
      const auto did = s.decoder.feed(rest, batch);
      rest.remove_prefix(did.consumed);
      if (did.state == wire::publish_decoder::status::failed) return false;
      if (did.state == wire::publish_decoder::status::topic_ready && !greet(s, answers)) {
        say(s, answers);
        return false;
      }
    }
    if (!s.decoder.has_topic()) return true;
    keep(s, batch, answers);
    if (taken_ >= script_.cut_after) {
      script_.cut_after = SIZE_MAX;
      cut = true;
      return false;
    }
    if (s.greeted && taken_ < script_.silent_after) {
      wire::append_ack(answers, s.decoder.next_record() - 1);
      say(s, answers);
    }
    return true;
  }

  bool greet(session& s, std::string& answers) {
    answers = script_.instead_of_greeting;
    if (!answers.empty()) return false;
    const wire::publish_request& request = s.decoder.request();
    const std::uint64_t has =
        request.client.empty() ? request.sequence - 1 : highest_[request.client];
    s.decoder.skip_through(has);
    s.greeted = script_.greets && request.ack;
    if (s.greeted) {
      wire::append_greeting(answers, script_.epoch, has,
                            script_.reads_numbers && request.numbered);
    }
    return true;
  }

  void keep(session& s, const record::batch_builder& batch, std::string& answers) {
    const wire::publish_request& request = s.decoder.request();
    if (!request.client.empty()) highest_[request.client] = s.decoder.next_record() - 1;
    skipped_ += s.decoder.count().skipped - std::exchange(s.skipped, s.decoder.count().skipped);
    std::uint64_t number = s.decoder.next_record() - batch.count();
    const std::lock_guard lock(mutex_);
    for (const record::view r : batch.view()) {
      ++taken_;
      const bool refused = !script_.refused_text.empty() && r.text() == script_.refused_text;
      if (refused) {
        wire::append_error(answers, {wire::publish_error::too_long, number, "no room", false});
      } else {
        record::head head;
        head.time_ns = r.time_ns();
        head.severity = r.severity();
        records_.push_back({request, head, std::string(r.text()), std::string(r.fields())});
      }
      ++number;
    }
  }

  static void say(const session& s, const std::string& what) {
    (void)::send(s.fd.get(), what.data(), what.size(), MSG_NOSIGNAL);
  }

  script script_;
  std::uint16_t port_ = 0;
  net::unique_fd listener_;
  std::map<std::string, std::uint64_t> highest_;
  std::size_t taken_ = 0;
  std::atomic<std::size_t> connections_{0}, skipped_{0};
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::vector<received> records_;  // under mutex_
  std::thread thread_;
};

}  // namespace logio::sink::testing
