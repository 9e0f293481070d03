#include "logio/sink/file_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <filesystem>
#include <fstream>

#include "fed_records.hpp"
#include "packed_files.hpp"
#include "support/temporary_folder.hpp"

namespace logio::sink {
namespace {

using namespace testing;

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

sink_options with_path(const std::string& path) {
  sink_options o;
  o.kind = kind::file;
  o.path = path;
  return o;
}

const record::topic web{"shop", "web", "h1"}, db{"db", "", ""};

outcome deliver(file_client& to, const std::vector<std::string>& lines,
                const record::topic& topic = web, std::int64_t hours_later = 0) {
  const texts made(lines, 0, hours_later);
  std::vector<item> items;
  std::uint64_t position = 1;
  for (const record::view r : made.view()) items.push_back({r, &topic, 5, test_epoch, position++});
  outcome out;
  out.fates.assign(items.size(), fate::pending);
  to.deliver(items, out);
  return out;
}

std::size_t delivered(const outcome& of) {
  return static_cast<std::size_t>(
      std::count(of.fates.begin(), of.fates.end(), fate::delivered));
}

TEST_CASE("lines go to the files that topic and time name, folders are made") {
  const temporary_folder folder;
  file_client files(with_path(folder.file("{app}/%Y/%m%d.log")));
  CHECK(delivered(deliver(files, {"one", "two"})) == 2);
  CHECK(delivered(deliver(files, {"three"}, db)) == 1);
  CHECK(deliver(files, {"four"}).error.empty());
  CHECK(read(folder.file("shop/2016/1206.log")) ==
        "2016-12-06T22:14:21.448 shop[web] h1: one\n"
        "2016-12-06T22:14:21.448 shop[web] h1: two\n"
        "2016-12-06T22:14:21.448 shop[web] h1: four\n");
  CHECK(read(folder.file("db/2016/1206.log")) == "2016-12-06T22:14:21.448 db[] : three\n");
}

TEST_CASE("ndjson lines carry the cursor") {
  const temporary_folder folder;
  sink_options o = with_path(folder.file("all"));
  o.format = "ndjson";
  file_client files(o);
  CHECK(deliver(files, {"x"}).error.empty());
  CHECK(read(folder.file("all")).starts_with(R"({"cursor":"00c0ffee00c0ffee-1","time":)"));
}

TEST_CASE("a file that is large enough gets a number, nothing is torn") {
  const temporary_folder folder;
  sink_options o = with_path(folder.file("l"));
  o.rotate_bytes = 1000;
  file_client files(o);
  std::vector<std::string> lines;
  for (int i = 0; i < 100; ++i) lines.push_back(fmt::format("line {:03}", i));
  CHECK(delivered(deliver(files, lines)) == 100);
  CHECK(deliver(files, {std::string(5000, 'x')}).error.empty());  // longer than a file
  CHECK(deliver(files, {"last"}).error.empty());
  std::string all;
  std::uint64_t count = 0;
  for (int n = 1; std::filesystem::exists(folder.file("l." + std::to_string(n))); ++n) {
    const std::string text = read(folder.file("l." + std::to_string(n)));
    CHECK((text.size() <= 1000 || text.find("xxx") != text.npos));
    all += text;
    ++count;
  }
  all += read(folder.file("l"));
  CHECK(count >= 5);
  for (int i = 0; i < 100; ++i) CHECK(all.find(fmt::format(": line {:03}\n", i)) != all.npos);
  CHECK(all.find("line 099") < all.find("xxx"));
  CHECK(all.ends_with("h1: last\n"));
  CHECK(std::count(all.begin(), all.end(), '\n') == 102);
}

TEST_CASE("a file that is renamed away or emptied goes on where it should") {
  const temporary_folder folder;
  file_client files(with_path(folder.file("l")));
  CHECK(deliver(files, {"one"}).error.empty());
  std::filesystem::rename(folder.file("l"), folder.file("old"));
  CHECK(deliver(files, {"two"}).error.empty());
  CHECK(read(folder.file("old")).ends_with("one\n"));
  CHECK(read(folder.file("l")) == "2016-12-06T22:14:21.448 shop[web] h1: two\n");
  std::filesystem::resize_file(folder.file("l"), 0);
  CHECK(deliver(files, {"three"}).error.empty());
  CHECK(read(folder.file("l")) == "2016-12-06T22:14:21.448 shop[web] h1: three\n");
}

TEST_CASE("what a crash has left of a line is cut off") {
  const temporary_folder folder;
  const std::string whole = GENERATE(std::string(), std::string("before\n"),
                                     std::string(100'000, 'x') + '\n');
  std::ofstream(folder.file("l")) << whole << std::string(GENERATE(3U, 200'000U), 'h');
  file_client files(with_path(folder.file("l")));
  CHECK(deliver(files, {"one"}).error.empty());
  CHECK(read(folder.file("l")) == whole + "2016-12-06T22:14:21.448 shop[web] h1: one\n");
}

TEST_CASE("what cannot be written stays pending, with the path and the reason; others go on") {
  const temporary_folder folder;
  std::ofstream(folder.file("shop")) << "a file where a folder should be";
  file_client files(with_path(folder.file("{app}/log")));
  const texts made({"a", "b"});
  std::vector<item> items;
  const record::topic* topics[] = {&web, &db};
  for (const record::view r : made.view()) {
    items.push_back({r, topics[items.size()], 5, test_epoch, items.size() + 1});
  }
  outcome out;
  out.fates.assign(2, fate::pending);
  files.deliver(items, out);
  CHECK(out.fates[0] == fate::pending);
  CHECK(out.fates[1] == fate::delivered);
  CHECK(out.error == "cannot write to " + folder.file("shop/log") + ": File exists");
  file_client full(with_path("/dev/full"));
  const outcome none = deliver(full, {"x"});
  CHECK(none.fates[0] == fate::pending);
  CHECK(none.error == "cannot write to /dev/full: No space left on device");
}

TEST_CASE("files that are rotated are compressed, all lines are there") {
  const temporary_folder folder;
  sink_options o = with_path(folder.file("l"));
  o.rotate_bytes = 1000;
  o.compress = GENERATE("gzip", "zstd");
  const packing how = o.compress == "gzip" ? packing::gzip : packing::zstd;
  const std::string suffix(suffix_of(how));
  file_client files(o);
  files.begin();
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    CHECK(deliver(files, {fmt::format("line {:03}", i)}).error.empty());
    expected += fmt::format("2016-12-06T22:14:21.448 shop[web] h1: line {:03}\n", i);
  }
  files.end();
  std::string all;
  int n = 1;
  for (; base::exists(folder.file(fmt::format("l.{}{}", n, suffix))); ++n) {
    CHECK_FALSE(base::exists(folder.file(fmt::format("l.{}", n))));
    all += unpacked_file(folder.file(fmt::format("l.{}{}", n, suffix)), how);
  }
  CHECK(n >= 5);
  CHECK(all + read(folder.file("l")) == expected);
  CHECK(files.counts().compressed_files == static_cast<std::uint64_t>(n - 1));
  CHECK(files.counts().uncompressed_files == 0);
}

TEST_CASE("a file that the time leaves behind is compressed, each topic's for itself") {
  const temporary_folder folder, state;
  sink_options o = with_path(folder.file("{app}-%H.log"));
  o.compress = "gzip";
  file_client files(o, state.path());
  files.begin();
  CHECK(deliver(files, {"one"}).error.empty());
  CHECK(deliver(files, {"other"}, db).error.empty());
  CHECK(deliver(files, {"two"}, web, 1).error.empty());
  files.close();
  REQUIRE(comes_true([&] { return !base::exists(folder.file("shop-22.log")); }));
  CHECK(unpacked_file(folder.file("shop-22.log.gz"), packing::gzip) ==
        "2016-12-06T22:14:21.448 shop[web] h1: one\n");
  CHECK(deliver(files, {"late"}).error.empty());
  CHECK(deliver(files, {"three"}, web, 1).error.empty());
  files.end();
  CHECK(unpacked_file(folder.file("shop-22.log.1.gz"), packing::gzip) ==
        "2016-12-06T22:14:21.448 shop[web] h1: late\n");
  const std::string now = read(folder.file("shop-23.log"));
  CHECK(std::count(now.begin(), now.end(), '\n') == 2);
  CHECK(base::exists(folder.file("db-22.log")));
  CHECK(base::list_files(folder.path())->size() == 4);
}

TEST_CASE("more files than may be open") {
  const temporary_folder folder;
  file_client files(with_path(folder.file("{app}")));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 300; ++i) {
      const record::topic topic{"app" + std::to_string(i), "", ""};
      REQUIRE(deliver(files, {"x"}, topic).error.empty());
    }
  }
  for (int i = 0; i < 300; ++i) {
    const std::string text = read(folder.file("app" + std::to_string(i)));
    REQUIRE(std::count(text.begin(), text.end(), '\n') == 2);
  }
}

}  // namespace
}  // namespace logio::sink
