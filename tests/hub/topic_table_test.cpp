#include "logio/hub/topic_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include "hub/support.hpp"

namespace logio::hub {
namespace {

using testing::second;

TEST_CASE("the same triple is the same topic, another triple another one") {
  topic_table table(10, 4);
  const auto a = table.open({"shop", "web", "h1"}, second, 0).value();
  const auto b = table.open({"shop", "web", "h1"}, second, 0).value();
  const auto c = table.open({"shop", "webh1", ""}, second, 0).value();
  CHECK(a == b);
  CHECK(a != c);
  CHECK(a->publishers == 2);
  CHECK(a->text_label == " shop[web] h1: ");
  CHECK(c->text_label == " shop[webh1] : ");
  CHECK(table.find(a->id) == a);
}

TEST_CASE("a full table makes room by the topic that is idle the longest") {
  topic_table table(2, 4);
  const auto a = table.open({"a", "", ""}, second, 0).value();
  const auto b = table.open({"b", "", ""}, second, 0).value();
  CHECK(table.open({"c", "", ""}, second, 0).error() == hub_error::too_many_topics);
  table.close(b);
  table.close(a);
  const auto c = table.open({"c", "", ""}, second, 0).value();
  CHECK(b->retired);
  CHECK_FALSE(a->retired);
  CHECK(c->id != b->id);
  CHECK(table.size() == 2);
}

TEST_CASE("an idle topic that gets a publisher again is not retired") {
  topic_table table(2, 4);
  const auto a = table.open({"a", "", ""}, second, 0).value();
  table.close(a);
  CHECK(table.open({"a", "", ""}, second, 0).value() == a);
  table.sweep(10'000 * second, 3600 * second, 0);
  CHECK_FALSE(a->retired);
}

TEST_CASE("a retired topic is found as long as its records can lie in the ring") {
  topic_table table(2, 4);
  const auto a = table.open({"a", "", ""}, second, 7).value();
  a->records = 1;
  table.close(a);
  table.sweep(3602 * second, 3600 * second, 8);
  CHECK(a->retired);
  CHECK(table.size() == 0);
  CHECK(table.find(a->id) == a);
  table.sweep(3603 * second, 3600 * second, 13);
  CHECK(table.find(a->id) == a);
  table.sweep(3604 * second, 3600 * second, 14);
  CHECK(table.find(a->id) == nullptr);
}

TEST_CASE("a flood of short-lived topics leaves a bounded number behind") {
  topic_table table(100, 16);
  std::uint32_t first = 0, last = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto t = table.open({"app", std::to_string(i), ""}, second, 0).value();
    t->records = 1;
    if (i == 0) first = t->id;
    last = t->id;
    table.close(t);
  }
  CHECK(table.size() == 100);
  CHECK(table.find(first) == nullptr);
  CHECK(table.find(last) != nullptr);
}

TEST_CASE("topics are walked in order, some at a time, whatever comes and goes meanwhile") {
  topic_table table(1000, 4);
  const auto open = [&](std::string_view app, std::string_view proc) {
    return table.open({app, proc, "h"}, second, 0).value();
  };
  for (const char* app : {"b", "a-", "a", "\xc3\xa9"}) {
    for (const char* proc : {"y", "", "x"}) open(app, proc);
  }
  const auto names = [](const std::vector<topic_ptr>& topics) {
    std::string out;
    for (const auto& t : topics) out += t->topic.app + "/" + t->topic.proc + " ";
    return out;
  };
  CHECK(names(table.snapshot()) ==
        "a/ a/x a/y a-/ a-/x a-/y b/ b/x b/y \xc3\xa9/ \xc3\xa9/x \xc3\xa9/y ");
  std::vector<topic_ptr> some;
  table.next(nullptr, 2, some);
  CHECK(names(some) == "a/ a/x ");
  table.close(some.back());
  table.sweep(10'000 * second, 3600 * second, 0);  // where the walk stands, and it goes on
  open("a", "z");
  table.next(some.back().get(), 3, some);
  CHECK(names(some) == "a/ a/x a/y a/z a-/ ");
  CHECK(table.size() == 12);
  CHECK(table.retired() == 1);
}

}  // namespace
}  // namespace logio::hub
