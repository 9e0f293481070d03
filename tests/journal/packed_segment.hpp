/// Compressed segments for the journal's tests.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <filesystem>
#include <string>

#include "logio/journal/directory.hpp"
#include "made_segment.hpp"
#include "journal/segment_packer.hpp"

namespace logio::journal {

/// Puts the compressed form of a segment's file into its place, as the hub does.
inline void compress_file(const std::string& path,
                          std::size_t content_bytes = frame_content_max) {
  const auto bytes = pack_segment(path, path + ".zst", [] { return true; }, content_bytes);
  REQUIRE(bytes.has_value());
  REQUIRE(*bytes == std::filesystem::file_size(path + ".zst"));
  std::filesystem::remove(path);
}

/// And of all sealed segments of a log.
inline void compress_sealed(directory& in) {
  for (const segment_info& s : in.segments()) {
    if (s.compressed) continue;
    const auto bytes = pack_segment(in.segment_path(s.name), in.unfinished_path(s.name),
                                    [] { return true; });
    REQUIRE(bytes.has_value());
    REQUIRE_FALSE(in.exchange(s.name, *bytes));
  }
}

/// A sealed segment of `batches` batches with `count` records each.
inline file_bytes long_segment(std::uint64_t batches, std::uint32_t count = 100) {
  file_bytes out;
  segment_builder b({1, 1, second, 0xfeedface});
  b.begin(out);
  b.add_topic(out, 3, {"shop", "web", "h1"});
  for (std::uint64_t n = 1; n < 1 + count * batches; n += count) {
    const auto records = numbered(n, count);
    b.add_batch(out, {n, static_cast<std::int64_t>(n) * second, count, 3,
                      {records.data(), records.bytes()}});
  }
  b.seal(out);
  return out;
}

}  // namespace logio::journal
