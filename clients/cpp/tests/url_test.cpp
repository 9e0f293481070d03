#include "logio/client/url.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace logio::client {

TEST_CASE("a URL names hubs, topic and bounds") {
  const auto read = read_url(
      "logio://me:s%40@a,b:17,[::1],[fe80::1]:18/?app=my%20shop&proc=&host=a+b&buffer_bytes=2MiB"
      "&buffer_records=10#x");
  REQUIRE(read.options);
  CHECK(read.error.empty());
  CHECK(read.warnings.empty());
  const auto& o = *read.options;
  REQUIRE(o.hubs.size() == 4);
  CHECK((o.hubs[0].host == "a" && o.hubs[0].port == 7701));
  CHECK((o.hubs[1].host == "b" && o.hubs[1].port == 17));
  CHECK((o.hubs[2].host == "::1" && o.hubs[2].port == 7701));
  CHECK((o.hubs[3].host == "fe80::1" && o.hubs[3].port == 18));
  CHECK((o.app == "my shop" && o.proc.empty() && o.host == "a b"));
  CHECK(o.buffer_bytes_max == 2 << 20);
  CHECK(o.records_max == 10);
}

TEST_CASE("what a URL does not say has its defaults") {
  const auto read = read_url("logio://hub?app=shop");
  REQUIRE(read.options);
  CHECK(read.options->proc == "client_test");
  CHECK(!read.options->host.empty());
  CHECK(read.options->buffer_bytes_max == std::size_t{64} << 20);
  CHECK(read.options->records_max == 1'000'000);
}

TEST_CASE("a key that is not known costs a line, and nothing else") {
  const auto read = read_url("logio://hub?app=shop&colour=blue&&x");
  REQUIRE(read.options);
  REQUIRE(read.warnings.size() == 2);
  CHECK(read.warnings[0].starts_with("the key 'colour' is not known"));
}

TEST_CASE("an unusable URL says what is wrong, where, and what to write") {
  const std::pair<const char*, const char*> table[] = {
      {"", "it does not begin with logio://; write logio://HOST:7701?app=NAME"},
      {"http://hub", "it does not begin with logio://"},
      {"logio://hub?app=a\n", "it has a control character"},
      {"logio://", "a host is missing before ''; write HOST:7701"},
      {"logio://:7701?app=a", "a host is missing before ':7701'"},
      {"logio://a,?app=a", "a host is missing"},
      {"logio://a:0?app=a", "the port '0' of host 'a' is none; write 1 to 65535"},
      {"logio://a:65536?app=a", "the port '65536'"},
      {"logio://a:?app=a", "the port ''"},
      {"logio://::1?app=a", "the host '::1' has several colons"},
      {"logio://[::1?app=a", "the host '[::1' has a [ without ]"},
      {"logio://[::1]x?app=a", "the port"},
      {"logio://a", "app is missing in the query; add ?app=NAME"},
      {"logio://a?app=", "app is missing"},
      {"logio://a?app=%2", "app has a % without two hex digits; write %25"},
      {"logio://a?app=a%00", "app has a control character, [ or ]"},
      {"logio://a?app=a&proc=[x]", "proc has a control character, [ or ]"},
      {"logio://a?app=a&buffer_bytes=1MB", "buffer_bytes is no number above 0"},
      {"logio://a?app=a&buffer_bytes=99999999999GiB", "buffer_bytes is no number above 0"},
      {"logio://a?app=a&buffer_records=0", "buffer_records is no number above 0"},
  };
  for (const auto& [url, why] : table) {
    INFO(url);
    const auto read = read_url(url);
    CHECK(!read.options);
    INFO(read.error);
    CHECK(read.error.starts_with(why));
  }
  CHECK(read_url("logio://a?app=" + std::string(256, 'x')).error.starts_with("app has 256 bytes"));
  CHECK(read_url("logio://me:secret@a:x?app=a").error.find("secret") == std::string::npos);
}

}  // namespace logio::client
