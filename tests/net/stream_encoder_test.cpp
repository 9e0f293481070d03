#include "logio/net/stream_encoder.hpp"

#include <algorithm>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "logio/net/content_decoder.hpp"

using namespace logio::net;

namespace {

std::string packed(stream_encoder& encoder, const std::string& plain, std::size_t in_bytes,
                   std::size_t out_bytes) {
  std::string result, out(out_bytes, '\0');
  for (std::size_t at = 0;;) {
    const auto piece = std::span(plain).subspan(at, std::min(in_bytes, plain.size() - at));
    const auto did = encoder.encode(piece, at + piece.size() == plain.size(), out);
    at += did.consumed;
    result.append(out, 0, did.produced);
    if (did.ended) break;
    REQUIRE((did.consumed != 0 || did.produced != 0 || piece.empty()));
  }
  return result;
}

std::string unpacked(content_decoder& decoder, const std::string& from) {
  std::string result, out(1 << 16, '\0');
  for (std::span<const char> rest = from;;) {
    const auto did = decoder.decode(rest, out);
    REQUIRE(did.what != content_decoder::state::failed);
    rest = rest.subspan(did.consumed);
    result.append(out, 0, did.produced);
    if (did.what == content_decoder::state::need_more) break;
  }
  CHECK(decoder.complete());
  return result;
}

}  // namespace

TEST_CASE("pieces of any size become one message that is undone as a whole") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (const std::size_t bytes : {0u, 1u, 1000u, 300'000u}) {
    for (const unsigned letters : {1u, 4u, 256u}) {
      std::string plain(bytes, ' ');
      for (char& c : plain) c = static_cast<char>(random() % letters);
      const std::size_t in_bytes = 1 + random() % 70'000, out_bytes = 16 + random() % 70'000;
      CAPTURE(bytes, letters, in_bytes, out_bytes);
      const std::string gzip = packed(*make_gzip_stream_encoder(), plain, in_bytes, out_bytes);
      CHECK(gzip.starts_with("\x1f\x8b"));
      CHECK(unpacked(*make_gzip_decoder(), gzip) == plain);
      const std::string zstd = packed(*make_zstd_stream_encoder(), plain, in_bytes, out_bytes);
      CHECK(zstd.starts_with("\x28\xb5\x2f\xfd"));
      CHECK(unpacked(*make_zstd_decoder(), zstd) == plain);
      if (letters == 1 && bytes == 300'000) CHECK(gzip.size() + zstd.size() < 1500);
    }
  }
}
