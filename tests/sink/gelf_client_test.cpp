#include "logio/sink/gelf_client.hpp"

#include <simdjson.h>
#include <zlib.h>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "delivering.hpp"
#include "receiving.hpp"

using namespace logio;
using namespace logio::sink;
using namespace logio::sink::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

// zlib tells by the head which of its formats it is.
std::string inflated(const std::string& packed) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, 15 + 32) == Z_OK);
  std::string out(4 << 20, '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

std::string text_of(const std::string& message) {
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  REQUIRE(parser.parse(message).get(object) == simdjson::SUCCESS);
  REQUIRE(std::string_view(object["version"]) == "1.1");
  std::string_view full;
  if (object["full_message"].get(full) == simdjson::SUCCESS) return std::string(full);
  return std::string(std::string_view(object["short_message"]));
}

// One message, put together of its chunks, which may come in any order.
struct assembled {
  std::string message, id;
  std::size_t chunks = 0;
};

assembled take(const udp_receiver& from, std::size_t datagram_bytes_max) {
  std::string first = from.take();
  if (!first.starts_with("\x1e\x0f")) {
    REQUIRE(first.size() <= datagram_bytes_max);
    return {first, "", 1};
  }
  const std::size_t count = static_cast<unsigned char>(first[11]);
  REQUIRE((count >= 2 && count <= 128));
  std::vector<std::string> parts(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string chunk = i == 0 ? first : from.take();
    REQUIRE(chunk.size() > 12);
    REQUIRE(chunk.size() <= datagram_bytes_max);
    REQUIRE(chunk.substr(0, 10) == first.substr(0, 10));
    REQUIRE(chunk[11] == first[11]);
    std::string& part = parts.at(static_cast<unsigned char>(chunk[10]));
    REQUIRE(part.empty());
    part = chunk.substr(12);
  }
  assembled out{"", first.substr(2, 8), count};
  for (const std::string& part : parts) out.message += part;
  return out;
}

// Does not compress.
std::string noise(std::mt19937& random, std::size_t bytes) {
  std::string out(bytes, ' ');
  for (char& c : out) c = static_cast<char>('!' + random() % 90);
  return out;
}

}  // namespace

TEST_CASE("messages go over TCP, each ended by a NUL") {
  tcp_receiver receiver;
  sink_options o = options_of(kind::gelf, transport::tcp, receiver.port());
  o.compress = "gzip";  // has no place here
  const auto to = make_gelf_client(o, "hub");
  records r;
  r.add("one");
  r.add("two\nlines");
  CHECK(fates(deliver(*to, r.items())) == "dd");
  to->close();
  const std::string got = receiver.take();
  const std::size_t end = got.find('\0');
  REQUIRE(end != std::string::npos);
  CHECK(text_of(got.substr(0, end)) == "one");
  REQUIRE(got.ends_with('\0'));
  CHECK(text_of(got.substr(end + 1, got.size() - end - 2)) == "two\nlines");
}

TEST_CASE("messages go over UDP in chunks that put together are what was said") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (const char* const compress : {"", "none", "gzip", "zlib"}) {
    for (const std::uint32_t chunk_bytes : {100u, 1420u, 8192u}) {
      const udp_receiver receiver;
      sink_options o = options_of(kind::gelf, transport::udp, receiver.port());
      o.compress = compress;
      o.chunk_bytes = chunk_bytes;
      const auto to = make_gelf_client(o, "hub");
      std::set<std::string> ids;
      for (const std::size_t bytes : {1u, 90u, 500u, 5000u}) {
        records r;
        const std::string text = noise(random, bytes);
        r.add(text);
        const outcome out = deliver(*to, r.items());
        REQUIRE(fates(out) == "d");
        const assembled got = take(receiver, chunk_bytes);
        const bool packed = compress[0] == 'g' || compress[0] == 'z';
        if (packed) CHECK(got.message[0] == (compress[0] == 'g' ? '\x1f' : '\x78'));
        CHECK(text_of(packed ? inflated(got.message) : got.message) == text);
        CHECK(out.sent_bytes == got.message.size() + (got.chunks > 1 ? 12 * got.chunks : 0));
        if (got.chunks > 1) CHECK(ids.insert(got.id).second);
      }
      CHECK(receiver.empty());
      // Of 100 bytes the shortest message may fit when it is compressed.
      CHECK(ids.size() >= (chunk_bytes == 100 ? 3u : chunk_bytes == 1420 ? 1u : 0u));
      CHECK(ids.size() <= (chunk_bytes == 100 ? 4u : chunk_bytes == 1420 ? 1u : 0u));
    }
  }
}

TEST_CASE("a message that takes over 128 chunks is refused with the reason, others are not") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const udp_receiver receiver;
  sink_options o = options_of(kind::gelf, transport::udp, receiver.port());
  const auto to = make_gelf_client(o, "hub");
  records r;
  r.add("one");
  r.add(noise(random, 200'000));
  r.add("three");
  const outcome out = deliver(*to, r.items());
  CHECK(fates(out) == "drd");
  REQUIRE(out.refusals.size() == 1);
  CHECK(out.refusals[0].item == 1);
  CHECK_THAT(out.refusals[0].why, ContainsSubstring("GELF over UDP has at most 128: use gelf+tcp"));
  CHECK(text_of(receiver.take()) == "one");
  CHECK(text_of(receiver.take()) == "three");

  // The same text but for its letters goes when it is compressed.
  o.compress = "gzip";
  records small;
  small.add(std::string(200'000, 'x'));
  CHECK(fates(deliver(*make_gelf_client(o, "hub"), small.items())) == "d");
}

TEST_CASE("a GELF peer that is not there leaves everything pending") {
  records r;
  r.add("one");
  r.add("two");
  CHECK(fates(deliver(
            *make_gelf_client(options_of(kind::gelf, transport::tcp, free_tcp_port()), "hub"),
            r.items())) == "pp");
  CHECK(fates(deliver(
            *make_gelf_client(options_of(kind::gelf, transport::udp, free_udp_port()), "hub"),
            r.items())) == "pp");
}
