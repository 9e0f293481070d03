#include "logio/serve/event_input.hpp"

#include <catch2/catch_test_macros.hpp>

#include <utility>
#include <vector>

namespace logio::serve {
namespace {

using fate = event_outcome::fate;

TEST_CASE("an event is answered once, whatever becomes of it") {
  std::vector<fate> said;
  const auto say = [&](event_outcome o) { said.push_back(o.what); };
  {
    event_answer given(say);
    event_answer moved(std::move(given));
    moved.give({fate::taken, {}});
    moved.give({fate::repeated, {}});
  }
  CHECK(said == std::vector<fate>{fate::taken});
  { const event_answer forgotten(say); }
  CHECK(said == std::vector<fate>{fate::taken, fate::refused});
}

}  // namespace
}  // namespace logio::serve
