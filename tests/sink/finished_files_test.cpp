#include "sink/finished_files.hpp"

#include <catch2/catch_test_macros.hpp>

#include "packed_files.hpp"
#include "support/temporary_folder.hpp"

namespace logio::sink {
namespace {

using namespace testing;

void open(finished_files& files, const std::string& path, const std::string& family,
          std::int64_t hour) {
  files.opening(path);
  files.opened(path, family, hour);
}

bool nothing_waits(const finished_files& files) {
  return comes_true([&] { return files.counts().uncompressed_files == 0; });
}

/// A sink's folder and that of its logs.
struct folders {
  temporary_folder state, logs;
  std::string family = logs.file("%H");

  finished_files::origin origin(bool remembers = true) const {
    return {"f", family, remembers ? state.path() : std::string()};
  }
  /// Written and closed.
  void write(finished_files& files, const std::string& name, std::int64_t hour) const {
    open(files, logs.file(name), family, hour);
    write_file(logs.file(name), name + '\n');
    files.closed(logs.file(name));
  }
  bool packed(const std::string& name) const {
    return comes_true([&] { return !base::exists(logs.file(name)); }) &&
           unpacked_file(logs.file(name) + ".gz", packing::gzip) == name + '\n';
  }
};

TEST_CASE("a file is done with when it is closed and a later one was opened, not before") {
  const folders f;
  finished_files files(packing::gzip, f.origin());
  files.begin();
  f.write(files, "1", 1);
  open(files, f.logs.file("2"), f.family, 2);  // now the first is left behind
  write_file(f.logs.file("2"), "2\n");
  CHECK(f.packed("1"));
  open(files, f.logs.file("3"), f.family, 3);
  write_file(f.logs.file("3"), "3\n");
  CHECK(nothing_waits(files));  // the second is open
  CHECK(base::exists(f.logs.file("2")));
  files.closed(f.logs.file("2"));
  CHECK(f.packed("2"));
  files.closed(f.logs.file("3"));
  open(files, "/elsewhere/1", "/elsewhere/%H", 9);
  CHECK(nothing_waits(files));
  files.end();
  CHECK(base::exists(f.logs.file("3")));
  CHECK(files.counts().compressed_files == 2);
}

TEST_CASE("late records begin a file anew, which is compressed to the next free name") {
  const folders f;
  finished_files files(packing::gzip, f.origin());
  files.begin();
  f.write(files, "1", 1);
  f.write(files, "2", 2);
  CHECK(f.packed("1"));
  open(files, f.logs.file("1"), f.family, 1);
  write_file(f.logs.file("1"), "late\n");
  files.closed(f.logs.file("1"));
  REQUIRE(comes_true([&] { return !base::exists(f.logs.file("1")); }));
  CHECK(unpacked_file(f.logs.file("1.gz"), packing::gzip) == "1\n");
  CHECK(unpacked_file(f.logs.file("1.1.gz"), packing::gzip) == "late\n");
  files.end();
  CHECK(base::exists(f.logs.file("2")));
  CHECK(read_file(f.state.file("files")).find("gone " + f.logs.file("1")) != std::string::npos);
}

TEST_CASE("the next start goes on, with the files of this sink only") {
  const folders f;
  write_file(f.logs.file("0"), "of another\n");
  write_file(f.logs.file("1.7"), "of another\n");
  {
    finished_files files(packing::gzip, f.origin());
    files.begin();
    f.write(files, "1", 1);
    files.rotating(f.logs.file("1.1"));  // a crash before it was renamed, or
    files.rotating(f.logs.file("1.2"));  // behind that
    write_file(f.logs.file("1.2"), "1.2\n");
  }
  {
    finished_files files(packing::gzip, f.origin());
    files.begin();
    CHECK(f.packed("1.2"));
    CHECK(base::exists(f.logs.file("1")));
    f.write(files, "2", 2);
    CHECK(f.packed("1"));
    files.end();
  }
  finished_files changed(packing::gzip, {"f", f.logs.file("%H.log"), f.state.path()});
  changed.begin();
  CHECK(f.packed("2"));
  CHECK(read_file(f.logs.file("0")) == "of another\n");
  CHECK(read_file(f.logs.file("1.7")) == "of another\n");
  changed.end();
  CHECK(base::list_files(f.logs.path())->size() == 5);
}

TEST_CASE("what could not be opened is another's, or waits again") {
  const folders f;
  finished_files files(packing::gzip, f.origin());
  files.begin();
  f.write(files, "2", 2);
  write_file(f.logs.file("1"), "of another\n");
  files.opening(f.logs.file("1"));
  files.not_opened(f.logs.file("1"));
  f.write(files, "3", 3);
  files.opening(f.logs.file("2"));
  files.not_opened(f.logs.file("2"));
  CHECK(f.packed("2"));
  files.end();
  CHECK(read_file(f.logs.file("1")) == "of another\n");
}

TEST_CASE("a rotated file is compressed, one that could not be renamed is forgotten") {
  const folders f;
  finished_files files(packing::gzip, f.origin(false));
  files.begin();
  write_file(f.logs.file("1"), "1\n");
  CHECK(files.is_taken(f.logs.file("1")));
  files.rotating(f.logs.file("1"));
  files.rotated(f.logs.file("1"));
  CHECK(f.packed("1"));
  CHECK(files.is_taken(f.logs.file("1")));
  CHECK_FALSE(files.is_taken(f.logs.file("2")));
  files.rotating(f.logs.file("2"));
  files.not_rotated(f.logs.file("2"));
  files.end();
  CHECK(base::list_files(f.state.path())->empty());
}

TEST_CASE("more files than it remembers: those of the oldest time are done with") {
  const folders f;
  finished_files files(packing::gzip, f.origin(false));
  files.begin();
  f.write(files, "oldest", -1);
  for (std::size_t i = 0; i < file_list::files_max; ++i) {
    const std::string path = f.logs.file(std::to_string(i));
    open(files, path, "family " + std::to_string(i), static_cast<std::int64_t>(i));
    files.closed(path);
  }
  CHECK(f.packed("oldest"));
  files.end();
}

}  // namespace
}  // namespace logio::sink
