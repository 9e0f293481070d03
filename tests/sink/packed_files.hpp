/// Files, plain and compressed, for tests.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <thread>

#include "logio/net/content_decoder.hpp"
#include "sink/compress_file.hpp"

namespace logio::sink::testing {

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// Lines of different numbers.
inline std::string some_text(std::size_t bytes) {
  std::string out;
  for (std::uint64_t n = 1; out.size() < bytes; ++n) {
    out += "line " + std::to_string(n * 2'654'435'761U) + '\n';
  }
  out.resize(bytes);
  return out;
}

inline std::string unpacked_file(const std::string& path, packing how) {
  const std::string packed = read_file(path);
  const auto decoder = how == packing::gzip ? net::make_gzip_decoder() : net::make_zstd_decoder();
  std::string result, out(1 << 16, '\0');
  for (std::span<const char> rest = packed;;) {
    const auto did = decoder->decode(rest, out);
    REQUIRE(did.what != net::content_decoder::state::failed);
    rest = rest.subspan(did.consumed);
    result.append(out, 0, did.produced);
    if (did.what == net::content_decoder::state::need_more) break;
  }
  CHECK(decoder->complete());
  return result;
}

/// Asks until it is so, for half a minute at most.
template <class Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace logio::sink::testing
