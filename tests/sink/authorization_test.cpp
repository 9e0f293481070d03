#include "sink/authorization.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace logio::sink;

namespace {

std::string header(const secret_options& secrets) {
  std::string out = "before";
  REQUIRE(!make_authorization(secrets, out));
  return out;
}

std::string wrong(const secret_options& secrets) {
  std::string out;
  return make_authorization(secrets, out).value_or("");
}

}  // namespace

TEST_CASE("a user and a password are base64 behind Basic") {
  CHECK(header({.user = "Aladdin", .password = "open sesame", .token = ""}) ==
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n");  // RFC 7617, section 2
  CHECK(header({.user = "f", .password = "", .token = ""}) == "Authorization: Basic Zjo=\r\n");
  CHECK(header({.user = "f", .password = "o", .token = ""}) == "Authorization: Basic Zjpv\r\n");
  CHECK(header({.user = "test", .password = "123\xc2\xa3", .token = ""}) ==
        "Authorization: Basic dGVzdDoxMjPCow==\r\n");  // RFC 7617, section 2.1
}

TEST_CASE("a token is an API key, and nothing is no header") {
  CHECK(header({.user = "", .password = "", .token = "VnVhQ2ZHY0JDZGJrUQ=="}) ==
        "Authorization: ApiKey VnVhQ2ZHY0JDZGJrUQ==\r\n");
  CHECK(header({}).empty());
}

TEST_CASE("secrets that cannot be meant are told without being shown") {
  CHECK(wrong({.user = "u", .password = "", .token = "t"}) ==
        "both a user and a token are given: leave one out");
  for (const secret_options& secrets :
       {secret_options{"", "", "secret\r\nX: y"}, secret_options{"", "", "a secret"},
        secret_options{"u", "secret\n", ""}, secret_options{"u:secret", "", ""},
        secret_options{"", "secret", ""}}) {
    const std::string text = wrong(secrets);
    CHECK_FALSE(text.empty());
    CHECK(text.find("secret") == std::string::npos);
  }
}
