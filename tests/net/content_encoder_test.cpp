#include "logio/net/content_encoder.hpp"

#include <zlib.h>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

using namespace logio::net;

namespace {

// Undone by zlib itself, which tells gzip (`bits` 31) and zlib (15) apart by their heads.
std::string inflated(const std::string& packed, int bits) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, bits) == Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("message after message is compressed, each on its own") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto gzip = make_gzip_encoder(), zlib = make_zlib_encoder(),
             fast = make_gzip_encoder(compression_effort::fast);
  for (const std::size_t bytes : {0u, 1u, 20u, 1000u, 200'000u, 3u}) {
    for (const unsigned letters : {1u, 4u, 256u}) {
      std::string plain(bytes, ' ');
      for (char& c : plain) c = static_cast<char>(random() % letters);
      std::string packed = "before";
      gzip->encode(plain, packed);
      CHECK(packed.starts_with("\x1f\x8b"));
      CHECK(inflated(packed, 31) == plain);
      fast->encode(plain, packed);
      CHECK(packed.starts_with("\x1f\x8b"));
      CHECK(inflated(packed, 31) == plain);
      zlib->encode(plain, packed);
      CHECK(packed.starts_with("\x78"));
      CHECK(inflated(packed, 15) == plain);
      if (letters == 1 && bytes == 200'000) CHECK(packed.size() < 1000);
    }
  }
}
