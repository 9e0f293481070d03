#include "wire/fields_writer.hpp"

#include <bit>

#include <msgpack.hpp>

#include "logio/base/result.hpp"

namespace logio::wire {
namespace {

msgpack::packer<fields_writer> packer(fields_writer& to) { return msgpack::packer(to); }

}  // namespace

void fields_writer::map(std::uint32_t count) { packer(*this).pack_map(count); }
void fields_writer::array(std::uint32_t count) { packer(*this).pack_array(count); }
void fields_writer::string(std::string_view text) {
  packer(*this).pack_str(static_cast<std::uint32_t>(text.size()));
  write(text.data(), text.size());
}
void fields_writer::integer(std::int64_t number) { packer(*this).pack_int64(number); }
void fields_writer::natural(std::uint64_t number) { packer(*this).pack_uint64(number); }

// pack_double() makes integers of whole numbers, and overflows on the way for those from 2^63: a
// double stays one here.
void fields_writer::real(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number);
  char bytes[9] = {'\xcb'};
  for (int i = 0; i < 8; ++i) bytes[i + 1] = static_cast<char>(bits >> (56 - 8 * i) & 0xff);
  write(bytes, sizeof bytes);
}

void fields_writer::boolean(bool truth) {
  truth ? packer(*this).pack_true() : packer(*this).pack_false();
}
void fields_writer::nil() { packer(*this).pack_nil(); }

map_head read_map_head(std::string_view fields) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(fields[i]); };
  LOGIO_ASSERT(!fields.empty(), "fields hold a map");
  if ((byte(0) & 0xf0) == 0x80) return {byte(0) & 0x0fu, 1};
  if (byte(0) == 0xde) return {static_cast<std::uint32_t>(byte(1) << 8 | byte(2)), 3};
  LOGIO_ASSERT(byte(0) == 0xdf, "fields begin with a map");
  std::uint32_t count = 0;
  for (std::size_t i = 1; i <= 4; ++i) count = count << 8 | byte(i);
  return {count, 5};
}

}  // namespace logio::wire
