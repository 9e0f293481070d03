#include "serve/event_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "serve/event_store.hpp"
#include "support/temporary_folder.hpp"

namespace logio::serve {
namespace {

using texts = std::vector<std::string>;

std::string bytes_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

texts jsons_of(const event_store& store) {
  texts out;
  for (const event_ptr& e : store.list()) out.push_back(e->json);
  return out;
}

const texts three = {R"({"appId":"/shop","eventType":"x"})", "[1,\n2]", "\"event 1 2 3\\n\""};

void add_three(event_store& store) {
  for (std::size_t i = 0; i < three.size(); ++i) {
    store.add({three[i], "", "", 100 + static_cast<std::int64_t>(i)});
  }
}

TEST_CASE("a store that is made again has what the one before had") {
  const temporary_folder folder;
  {
    event_store store(10, folder.path());
    CHECK(store.has_file());
    CHECK(jsons_of(store).empty());
    add_three(store);
  }
  event_store again(10, folder.path());
  CHECK(jsons_of(again) == three);
  CHECK(again.list()[0]->app == "shop");
  CHECK(again.list()[0]->type == "x");
  CHECK(again.list()[1]->app == "marathon");
  CHECK(again.list()[2]->arrival_ns == 102);
  again.add({"4", "", "", 103});
  CHECK(jsons_of(event_store(10, folder.path())) == texts{three[0], three[1], three[2], "4"});
  CHECK(jsons_of(event_store(2, folder.path())) == texts{three[2], "4"});
}

TEST_CASE("the file does not grow with what the store has let go of") {
  const temporary_folder folder;
  event_store store(5, folder.path());
  for (int n = 0; n < 2000; ++n) {
    store.add({'"' + std::string(1000, 'x') + std::to_string(n) + '"', "", "", n});
  }
  const auto bytes = std::filesystem::file_size(folder.path() + "/events");
  CHECK(bytes < 100'000);
  const event_store again(5, folder.path());
  CHECK(jsons_of(again) == jsons_of(store));
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/events.new"));
}

TEST_CASE("a file cut at any byte gives every event before the cut, and goes on") {
  const temporary_folder folder;
  const std::string path = folder.file("events");
  std::vector<std::size_t> ends;
  {
    event_store store(10, folder.path());
    for (std::size_t i = 0; i < three.size(); ++i) {
      store.add({three[i], "", "", 100 + static_cast<std::int64_t>(i)});
      ends.push_back(std::filesystem::file_size(path));
    }
  }
  const std::string whole = bytes_of_file(path);
  REQUIRE(ends.back() == whole.size());
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    write_file(path, whole.substr(0, cut));
    texts expected;
    for (std::size_t i = 0; i < ends.size() && ends[i] <= cut; ++i) expected.push_back(three[i]);
    event_store store(10, folder.path());
    REQUIRE(jsons_of(store) == expected);
    store.add({"7", "", "", 7});
    expected.emplace_back("7");
    REQUIRE(jsons_of(event_store(10, folder.path())) == expected);
  }
}

TEST_CASE("a flipped bit costs the event that it is in, and no other") {
  const temporary_folder folder;
  const std::string path = folder.file("events");
  {
    event_store store(10, folder.path());
    add_three(store);
  }
  const std::string whole = bytes_of_file(path);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    write_file(path, flipped);
    event_store store(10, folder.path());
    texts found = jsons_of(store);
    REQUIRE(found.size() >= 2);
    for (const std::string& json : found) {
      REQUIRE(std::find(three.begin(), three.end(), json) != three.end());
    }
    store.add({"7", "", "", 7});
    found.emplace_back("7");
    REQUIRE(jsons_of(event_store(10, folder.path())) == found);
  }
}

TEST_CASE("a file that cannot be read or written costs no event in memory") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder.path() + "/events");
  event_store unreadable(10, folder.path());
  CHECK_FALSE(unreadable.has_file());
  add_three(unreadable);
  CHECK(jsons_of(unreadable) == three);

  const temporary_folder other;
  event_store store(10, other.path());
  std::filesystem::create_directory(other.path() + "/events.new");
  std::filesystem::create_directory(other.path() + "/events.new/x");
  add_three(store);
  CHECK(jsons_of(store) == three);
  std::filesystem::remove_all(other.path() + "/events.new");
  store.add({"4", "", "", 4});  // and with it those before
  CHECK(jsons_of(event_store(10, other.path())) == jsons_of(store));
}

}  // namespace
}  // namespace logio::serve
