#include "logio/client/publisher.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <string>
#include <utility>

#include "scripted_hub.hpp"

namespace logio::client {
namespace {

using std::chrono::milliseconds;

std::string client_of(const std::string& topic) {
  constexpr std::string_view key = R"("client":")";
  const auto from = topic.find(key) + key.size();
  return topic.substr(from, topic.find('"', from) - from);
}

/// Runs `work` in a child, which ends with 0 if it is true.
template <class Work>
pid_t in_child(Work work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  return child;
}

bool succeeded(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a child is a client of its own, and the parent goes on") {
  scripted_hub hub;
  std::atomic<int> forks = 0;
  auto options = options_for(hub);
  options.on_event = [&](const event& e) { forks += e.kind == event::what::forked ? 1 : 0; };
  publisher to(std::move(options));
  to.add("parent 1");
  to.add("parent 2");
  auto parent = hub.accept();
  const std::string topic = parent.read_line();
  parent.read_lines(2);
  parent.greet(0);
  parent.ack(1);

  const pid_t pid = in_child([&] {
    parent.close();  // its copy
    if (to.stats().added != 0) return false;
    to.add("child");
    return to.flush(test_deadline) && to.close(test_deadline).acknowledged == 1 && forks == 1;
  });
  auto child = hub.accept();
  const std::string childs_topic = child.read_line();
  CHECK(sequence_of(childs_topic) == 1);
  CHECK(client_of(childs_topic).size() == 32);
  CHECK(client_of(childs_topic) != client_of(topic));
  CHECK(raw_of(child.read_line()) == "child");
  child.greet(1);
  CHECK(child.read_line().empty());
  child.close();
  CHECK(succeeded(pid));

  to.add("parent 3");
  CHECK(raw_of(parent.read_line()) == "parent 3");
  parent.ack(3);
  CHECK(to.close(test_deadline).acknowledged == 3);
  CHECK(forks == 0);
  CHECK(parent.read_line().empty());  // no child holds the connection open
}

TEST_CASE("a child that publishes nothing disturbs nobody") {
  scripted_hub hub;
  publisher to(options_for(hub));
  auto c = hub.accept();
  c.read_line();
  c.greet(0);
  CHECK(succeeded(in_child([&] { return to.flush(milliseconds(0)); })));
  to.add("after");
  CHECK(raw_of(c.read_line()) == "after");
  c.ack(1);
  CHECK(to.close(test_deadline).acknowledged == 1);
}

TEST_CASE("children of children are clients, too") {
  scripted_hub hub;
  auto options = options_for(hub);
  options.start_at_first_record = true;
  publisher to(std::move(options));
  const pid_t pid = in_child([&] {
    const pid_t grandchild = in_child([&] {
      to.add("grandchild");
      return to.close(test_deadline).acknowledged == 1;
    });
    return succeeded(grandchild);
  });
  auto c = hub.accept();
  c.read_line();
  CHECK(raw_of(c.read_line()) == "grandchild");
  c.greet(1);
  CHECK(c.read_line().empty());
  c.close();
  CHECK(succeeded(pid));
}

}  // namespace logio::client
