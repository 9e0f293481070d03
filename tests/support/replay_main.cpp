// main of a fuzz target without libFuzzer: runs every file of the corpus folders that are named on
// the command line, then a fixed number of mutations of each. Each file is named before it runs.
// What a mutation does depends on nothing but the file, so a failure repeats.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using bytes = std::vector<std::uint8_t>;

constexpr std::size_t mutations_per_file = 64;

bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(66);
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// One to four edits: a byte changed, a stretch removed, a stretch repeated.
bytes mutated(bytes input, std::mt19937& random) {
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  for (auto edits = 1 + below(4); edits > 0 && !input.empty(); --edits) {
    const auto at = below(input.size());
    const auto length = std::min<std::size_t>(1 + below(16), input.size() - at);
    const auto first = input.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = first + static_cast<std::ptrdiff_t>(length);
    switch (below(3)) {
      case 0: input[at] = static_cast<std::uint8_t>(random()); break;
      case 1: input.erase(first, last); break;
      default: {
        const bytes copy(first, last);
        input.insert(last, copy.begin(), copy.end());
      }
    }
  }
  return input;
}

void run(const bytes& input) {
  // An exact allocation, so that AddressSanitizer sees one byte too far.
  const bytes exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::vector<fs::path> files_below(const char* named) {
  std::vector<fs::path> files;
  if (fs::is_regular_file(named)) {
    files.emplace_back(named);
  } else if (fs::is_directory(named)) {
    for (const auto& entry : fs::recursive_directory_iterator(named)) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path());
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& path : files_below(argv[i])) {
      const auto input = read_file(path);
      // Named before it runs: after a crash the last line says which input it was.
      std::printf("%s\n", path.c_str());
      std::fflush(stdout);
      run(input);
      std::mt19937 random(static_cast<std::uint32_t>(input.size()));
      for (std::size_t mutation = 0; mutation < mutations_per_file; ++mutation) {
        run(mutated(input, random));
      }
      ++count;
    }
  }
  std::printf("%zu inputs replayed, %zu mutations of each\n", count, mutations_per_file);
  if (count == 0) {
    std::fprintf(stderr, "no input found: name files or folders that hold a corpus\n");
    return 66;
  }
  return 0;
}
