#include "serve/request_body.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>

namespace logio::serve {
namespace {

using state = request_body::state;

struct taken {
  std::string body;
  state last = state::need_more;
  std::string error;
};

// In reads of at most `read_bytes`; every third one is kept in the middle.
taken take(std::string_view in, std::optional<std::uint64_t> length = std::nullopt,
           std::size_t read_bytes = SIZE_MAX) {
  taken out;
  request_body body(length);
  for (int reads = 0;; ++reads) {
    std::string read(in.substr(0, read_bytes));
    in.remove_prefix(read.size());
    body.give(read);
    std::string_view piece;
    for (int pieces = 0; (out.last = body.next(piece)) == state::piece; ++pieces) {
      out.body += piece;
      if ((reads + pieces) % 3 == 0) {
        body.keep();
        read.assign(read.size(), '!');
      }
    }
    out.error = body.error();
    if (out.last != state::need_more || in.empty()) return out;
  }
}

TEST_CASE("a body with a length ends there, whatever is behind it") {
  CHECK(take("hello", 5).body == "hello");
  CHECK(take("hello", 5).last == state::complete);
  CHECK(take("helloGET / HTTP/1.1", 5).body == "hello");
  CHECK(take("hell", 5).last == state::need_more);
  CHECK(take("", 0).last == state::complete);
  CHECK(take("x", 0).body.empty());
  CHECK(take("hello", UINT64_MAX).last == state::need_more);
}

TEST_CASE("chunks are taken apart at any split, with extensions and trailers") {
  const std::string in =
      "5\r\nhello\r\n00A;name=value;x=\"q;\\\"\"\r\n0123456789\r\n1 ; y\r\n\n\r\n0;last\r\n"
      "Trailer: x\r\nOther: y\r\n\r\nGET / HTTP/1.1\r\n";
  const std::string expected = "hello0123456789\n";
  for (std::size_t read = 1; read <= in.size(); ++read) {
    const taken t = take(in, std::nullopt, read);
    INFO(read);
    CHECK(t.body == expected);
    CHECK(t.last == state::complete);
  }
  CHECK(take("0\r\n\r\n").last == state::complete);
  CHECK(take("0\r\n").last == state::need_more);
}

TEST_CASE("broken chunks fail with what came before") {
  const char* const broken[] = {
      "5\r\nhelloX\r\n0\r\n\r\n",    // longer than it says
      "5\r\nhello\n0\r\n\r\n",       // bare line feed behind the chunk
      "5\nhello\r\n0\r\n\r\n",       // and behind the size
      "x\r\nhello\r\n",              // no size
      "\r\nhello\r\n",               // none at all
      "-5\r\nhello\r\n",             // signs
      "+5\r\nhello\r\n",
      "0x5\r\nhello\r\n\r\n",
      "5 5\r\nhello\r\n",
      "10000000000000000\r\nx",      // 2^64
      "ffffffffffffffffff\r\nx",
      "5;=x\r\nhello\r\n",           // an extension without a name
      "5\rx\r\nhello\r\n",
      "0\r\nContent-Length: 5\r\n\r\n",
      "0\r\nTransfer-Encoding: chunked\r\n\r\n",
      "0\r\nno colon\r\n\r\n",
  };
  for (const char* in : broken) {
    INFO(in);
    const taken t = take(in);
    CHECK(t.last == state::failed);
    CHECK_FALSE(t.error.empty());
    CHECK(take(in, std::nullopt, 1).last == state::failed);
    CHECK((t.body.empty() || t.body == "hello"));
  }
}

TEST_CASE("a size line and a trailer without end are bounded") {
  for (const std::string begin : {"5;", "0\r\nX: "}) {
    request_body body(std::nullopt);
    std::string_view piece;
    body.give(begin);
    int reads = 0;
    const std::string more(1000, 'x');
    while (body.next(piece) == state::need_more && ++reads < 100) body.give(more);
    CHECK(body.next(piece) == state::failed);
    CHECK(reads < 30);
    CHECK_FALSE(body.error().empty());
  }
}

TEST_CASE("random chunks come out as they went in") {
  const auto seed = Catch::getSeed();
  INFO(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string plain, in;
    for (std::size_t chunks = random() % 20; chunks > 0; --chunks) {
      const std::string data(random() % 300 + 1, static_cast<char>('a' + random() % 26));
      char size[32];
      std::snprintf(size, sizeof size, random() % 2 ? "%zx" : "%04zX", data.size());
      plain += data;
      in += size + std::string(random() % 4 == 0 ? ";e=1" : "") + "\r\n" + data + "\r\n";
    }
    in += "0\r\n\r\n";
    const taken t = take(in, std::nullopt, random() % 100 + 1);
    CHECK(t.body == plain);
    CHECK(t.last == state::complete);
  }
}

}  // namespace
}  // namespace logio::serve
