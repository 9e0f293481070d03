#include "logio/base/base64.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>

namespace logio::base {
namespace {

TEST_CASE("base64 of RFC 4648's examples, and of all kinds of bytes") {
  for (const auto& [bytes, wanted] : {std::pair<std::string, std::string>{"", ""},
                                      {"f", "Zg=="},
                                      {"fo", "Zm8="},
                                      {"foo", "Zm9v"},
                                      {"foob", "Zm9vYg=="},
                                      {"fooba", "Zm9vYmE="},
                                      {"foobar", "Zm9vYmFy"},
                                      {std::string("\xff\xfe\0\x3f", 4), "//4APw=="}}) {
    std::string out = "x";
    append_base64(out, bytes);
    CHECK(out == "x" + wanted);
  }
}

}  // namespace
}  // namespace logio::base
