#include "app/top_view.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>

using namespace logio::app;

namespace {

std::shared_ptr<top_snapshot> many_topics(int n) {
  auto s = std::make_shared<top_snapshot>();
  std::string page = R"({"topics":[)";
  for (int i = 0; i < n; ++i) {
    page += (i == 0 ? "" : ",") + (R"({"app":"app)" + std::to_string(1000 + i)) +
            R"(","proc":"w","host":"h","records":1})";
  }
  REQUIRE(!read_page(*s, 1, page + "]}", false));
  return s;
}

void press_all(top_view& view, std::string_view keys) {
  for (const char c : keys) {
    view.press(c == '\n' ? key_event{key_kind::enter, {}}
                         : key_event{key_kind::text, std::string(1, c)});
  }
}

std::string joined_lines(top_view& view, terminal_size size = {80, 24}) {
  std::string out;
  for (const std::string& line : view.draw(size)) out += line + '\n';
  return out;
}

bool shows(top_view& view, std::string_view text) {
  return joined_lines(view).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("every size has its rows and no wide line") {
  logio::config::top_options options;
  options.utf8 = true;
  top_view view(options);
  view.show(many_topics(100));
  for (unsigned rows = 1; rows < 50; ++rows) {
    for (const unsigned columns : {1u, 7u, 40u, 80u, 132u}) {
      CAPTURE(rows, columns);
      const auto lines = view.draw({columns, rows});
      CHECK(lines.size() == rows);
      for (const std::string& line : lines) CHECK(width_of(line) <= columns);
    }
  }
}

TEST_CASE("scrolling stops at the ends") {
  top_view view{logio::config::top_options()};
  view.show(many_topics(100));
  CHECK(shows(view, "1-19 shown"));
  view.press({key_kind::up, {}});
  CHECK(shows(view, "1-19 shown"));
  view.press({key_kind::page_down, {}});
  CHECK(shows(view, "20-38 shown"));
  view.press({key_kind::end, {}});
  CHECK(shows(view, "82-100 shown"));
  view.press({key_kind::home, {}});
  CHECK(shows(view, "1-19 shown"));
}

TEST_CASE("a pattern chooses rows, a bad one is told") {
  top_view view{logio::config::top_options()};
  view.show(many_topics(100));
  press_all(view, "/app10[0-4]$\n");
  CHECK(shows(view, "topics: 0"));
  press_all(view, "/app100[0-4]$\n");
  CHECK(shows(view, "topics: 5  /app100[0-4]$"));
  press_all(view, "/q(\n");
  CHECK(shows(view, "/q(: missing )"));
  view.press({key_kind::escape, {}});
  CHECK(shows(view, "topics: 100"));
}

TEST_CASE("keys change what is shown") {
  top_view view{logio::config::top_options()};
  view.show(many_topics(3));
  press_all(view, "k");
  CHECK(shows(view, "sinks: 0"));
  press_all(view, "?");
  CHECK(shows(view, "PgUp"));
  press_all(view, "x");
  CHECK(!shows(view, "PgUp"));
  press_all(view, " ");
  CHECK(view.is_paused());
  press_all(view, " +");
  CHECK(view.interval() == std::chrono::seconds(2));
  press_all(view, "--");
  CHECK(view.interval() == std::chrono::milliseconds(500));
  view.lose("it is away", std::chrono::seconds(7));
  CHECK(shows(view, "AWAY for 7.0s: it is away"));
  CHECK(!view.press({key_kind::text, "q"}));
}
