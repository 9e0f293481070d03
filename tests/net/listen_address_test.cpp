#include "logio/net/listen_address.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

#include "net/support.hpp"

namespace logio::net {
namespace {

std::string refused(std::string_view text) {
  const auto address = parse_listen_address(text);
  INFO(text);
  REQUIRE(address.has_error());
  CHECK(address.error().why == listen_failure::cause::bad_address);
  CHECK(address.error().hint.find("[IPV6]:PORT") != std::string::npos);
  return address.error().message;
}

TEST_CASE("an address to listen on is a host, or none, and a port") {
  struct {
    std::string_view text, host;
    std::uint16_t port;
  } const table[] = {{":7701", "", 7701},
                     {"10.0.0.7:7701", "10.0.0.7", 7701},
                     {"[::1]:65535", "::1", 65535},
                     {"[::]:1", "::", 1},
                     {"localhost:0", "localhost", 0}};
  for (const auto& row : table) {
    const listen_address address = taken(parse_listen_address(row.text));
    CHECK(address.host == row.host);
    CHECK(address.port == row.port);
    CHECK(to_string(address) == row.text);
  }
}

TEST_CASE("what is no address to listen on is told why") {
  CHECK(refused("") == "it has no port");
  CHECK(refused("7701") == "it has no port");
  CHECK(refused("localhost") == "it has no port");
  CHECK(refused("::1:7701") == "an IPv6 address needs brackets");
  CHECK(refused("[::1:7701") == "the brackets do not match");
  CHECK(refused("[]:7701") == "the brackets do not match");
  CHECK(refused("[::1]") == "the brackets do not match");
  CHECK(refused("a b:7701") == "the host is no name or address");
  CHECK(refused("http//x:7701") == "the host is no name or address");
  CHECK(refused("http://x:7701") == "an IPv6 address needs brackets");
  CHECK(refused(":") == "'' is no port from 0 to 65535");
  CHECK(refused(":65536") == "'65536' is no port from 0 to 65535");
  CHECK(refused(":-1") == "'-1' is no port from 0 to 65535");
  CHECK(refused(":77x") == "'77x' is no port from 0 to 65535");
}

}  // namespace
}  // namespace logio::net
