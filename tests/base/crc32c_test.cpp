#include "logio/base/crc32c.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string_view>
#include <vector>

namespace logio::base {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST_CASE("the checksums of RFC 3720, appendix B.4") {
  std::array<std::byte, 32> bytes{};
  CHECK(crc32c(bytes) == 0x8a9136aa);
  bytes.fill(std::byte{0xff});
  CHECK(crc32c(bytes) == 0x62a8ab43);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  CHECK(crc32c(bytes) == 0x46dd794e);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(31 - i);
  CHECK(crc32c(bytes) == 0x113fdb5c);
}

TEST_CASE("the check value of the polynomial's catalogue entry") {
  CHECK(crc32c(bytes_of("123456789")) == 0xe3069283);
  CHECK(crc32c({}) == 0);
}

TEST_CASE("instruction and tables agree, whole and in pieces, at any length and alignment") {
  std::mt19937 random(7);
  std::vector<std::byte> bytes(300);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random());
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t size = 0; size + from < bytes.size(); ++size) {
      const auto part = std::span(bytes).subspan(from, size);
      const std::uint32_t whole = crc32c(part);
      REQUIRE(whole == crc32c_by_tables(part));
      const std::size_t cut = size == 0 ? 0 : random() % size;
      REQUIRE(whole == crc32c(part.subspan(cut), crc32c(part.first(cut))));
    }
  }
}

}  // namespace
}  // namespace logio::base
