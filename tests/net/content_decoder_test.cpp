#include "logio/net/content_decoder.hpp"

#include <zlib.h>
#include <zstd.h>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <vector>

using namespace logio::net;
using state = content_decoder::state;

namespace {

std::string gzip(const std::string& plain) {
  z_stream stream{};
  REQUIRE(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, static_cast<uLong>(plain.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& plain) {
  std::string out(::ZSTD_compressBound(plain.size()), '\0');
  const std::size_t bytes = ::ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3);
  REQUIRE_FALSE(::ZSTD_isError(bytes));
  out.resize(bytes);
  return out;
}

struct coding {
  const char* name;
  std::string (*encode)(const std::string&);
  std::unique_ptr<content_decoder> (*decoder)();
};

const coding codings[] = {{"gzip", gzip, make_gzip_decoder}, {"zstd", zstd, make_zstd_decoder}};

struct decoded {
  std::string plain;
  bool failed = false;
  bool complete = false;
  std::string error;
};

decoded decode(const coding& c, std::string_view in, std::size_t in_bytes = SIZE_MAX,
               std::size_t out_bytes = 65536) {
  decoded result;
  const auto decoder = c.decoder();
  std::vector<char> out(out_bytes);
  while (!in.empty()) {
    std::span<const char> rest(in.data(), std::min(in_bytes, in.size()));
    in.remove_prefix(rest.size());
    for (;;) {
      const auto did = decoder->decode(rest, out);
      result.plain.append(out.data(), did.produced);
      rest = rest.subspan(did.consumed);
      if (did.what == state::failed) {
        result.failed = true;
        result.error = decoder->error();
        CHECK(decoder->decode(rest, out).what == state::failed);
        return result;
      }
      if (did.what == state::need_more) {
        REQUIRE(rest.empty());
        break;
      }
    }
  }
  result.complete = decoder->complete();
  return result;
}

std::string text_of(std::size_t lines) {
  std::string out;
  for (std::size_t i = 0; i < lines; ++i) out += "line " + std::to_string(i * 7919) + "\n";
  return out;
}

}  // namespace

TEST_CASE("a compressed body comes out as it was, whatever the pieces") {
  for (const coding& c : codings) {
    for (const std::string& plain : {std::string(), std::string("x"), text_of(20'000)}) {
      const std::string bytes = c.encode(plain);
      for (const auto& [in, out] : {std::pair<std::size_t, std::size_t>{SIZE_MAX, 65536},
                                    {1, 65536}, {7, 1}, {1000, 100}}) {
        if (out == 1 && plain.size() > 1000) continue;
        const decoded d = decode(c, bytes, in, out);
        CAPTURE(c.name, plain.size(), in, out);
        CHECK(d.plain == plain);
        CHECK(d.complete);
        CHECK_FALSE(d.failed);
      }
    }
  }
}

TEST_CASE("members and frames follow one another") {
  for (const coding& c : codings) {
    const std::string bytes = c.encode("one") + c.encode("") + c.encode("two");
    for (const std::size_t in : {std::size_t{1}, SIZE_MAX}) {
      const decoded d = decode(c, bytes, in, 3);
      CHECK(d.plain == "onetwo");
      CHECK(d.complete);
    }
  }
}

TEST_CASE("a body that is cut off is not complete, at any byte") {
  for (const coding& c : codings) {
    const std::string bytes = c.encode(text_of(10)) + c.encode("tail");
    const std::size_t first = c.encode(text_of(10)).size();
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      const decoded d = decode(c, std::string_view(bytes).substr(0, cut));
      CAPTURE(c.name, cut);
      CHECK_FALSE(d.failed);
      CHECK(d.complete == (cut == first));
    }
  }
}

TEST_CASE("damage and garbage fail with a reason") {
  for (const coding& c : codings) {
    CAPTURE(c.name);
    const decoded garbage = decode(c, "this is no compressed body at all");
    CHECK(garbage.failed);
    CHECK_FALSE(garbage.error.empty());
    const decoded behind = decode(c, c.encode("fine") + "garbage behind it");
    CHECK(behind.failed);
    CHECK(behind.plain == "fine");
  }
  std::string damaged = gzip(text_of(100));
  damaged[damaged.size() - 6] ^= 1;  // the checksum
  CHECK(decode(codings[0], damaged).error == "incorrect data check");
}

TEST_CASE("random damage never does worse than fail") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (const coding& c : codings) {
    const std::string bytes = c.encode(text_of(300));
    for (int round = 0; round < 300; ++round) {
      std::string damaged = bytes;
      for (std::size_t n = random() % 4 + 1; n > 0; --n) {
        damaged[random() % damaged.size()] = static_cast<char>(random());
      }
      const decoded d = decode(c, damaged, random() % 100 + 1);
      CHECK((d.failed || d.plain.size() < 10'000'000));
    }
  }
}

TEST_CASE("a body that unpacks to a thousand times its size takes bounded memory") {
  const std::string zeros(64 << 20, '\0');
  for (const coding& c : codings) {
    const std::string bytes = c.encode(zeros);
    const auto decoder = c.decoder();
    std::vector<char> out(65536);
    std::span<const char> rest(bytes);
    std::size_t total = 0;
    for (;;) {
      const auto did = decoder->decode(rest, out);
      REQUIRE(did.what != state::failed);
      total += did.produced;
      rest = rest.subspan(did.consumed);
      REQUIRE(decoder->allocated_bytes() < (10 << 20));
      if (did.what == state::need_more) break;
    }
    CHECK(total == zeros.size());
    CHECK(decoder->complete());
  }
}

TEST_CASE("a zstd frame with a window over 8 MiB fails") {
  ZSTD_CCtx* const context = ::ZSTD_createCCtx();
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 25);
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string out(1 << 20, '\0');
  const std::string plain = text_of(100);
  ZSTD_inBuffer from{plain.data(), plain.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  // In two steps, so that the size is not known when the window is chosen.
  REQUIRE_FALSE(::ZSTD_isError(::ZSTD_compressStream2(context, &to, &from, ZSTD_e_flush)));
  REQUIRE(::ZSTD_compressStream2(context, &to, &from, ZSTD_e_end) == 0);
  ::ZSTD_freeCCtx(context);
  const decoded d = decode(codings[1], std::string_view(out).substr(0, to.pos));
  CHECK(d.failed);
  CHECK(d.plain.empty());
}
