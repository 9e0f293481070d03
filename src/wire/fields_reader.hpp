/// Reads MessagePack item by item: what fields are made of, for every encoder.
///
/// Ownership:      borrows the bytes; items point into them.
/// Thread safety:  distinct objects.
/// Errors:         false when the bytes end inside an item or hold none; nothing is read behind
///                 them, whatever they promise.
/// Source:         MessagePack specification (github.com/msgpack/msgpack, spec.md).
#pragma once

#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace logio::wire {

inline constexpr std::size_t field_number_bytes_max = 32;

enum class field_kind : std::uint8_t {
  nil,
  boolean,
  natural,
  integer,
  real,
  text,  ///< also binary data
  other,
  array,
  map,
};

/// One MessagePack head, with the bytes of a string.
struct field_item {
  field_kind what = field_kind::nil;
  bool truth = false;
  std::uint64_t natural = 0;  // also the number of an array's or map's entries
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text = {};
};

/// Takes the items one after the other, and none that is not wholly there.
class fields_reader {
 public:
  explicit fields_reader(std::string_view bytes) noexcept : rest_(bytes) {}

  bool done() const noexcept { return rest_.empty(); }
  std::string_view rest() const noexcept { return rest_; }

  bool next(field_item& out) noexcept {
    std::uint64_t head = 0;
    if (!number(1, head)) return false;
    if (head < 0x80) return natural(out, head);
    if (head < 0x90) return entries(out, field_kind::map, head & 0x0f);
    if (head < 0xa0) return entries(out, field_kind::array, head & 0x0f);
    if (head < 0xc0) return bytes(out, field_kind::text, head & 0x1f);
    if (head >= 0xe0) return integer(out, head, 8);
    return wide(out, head);
  }

  /// Steps over `items` items and all that they hold, without going down into them.
  bool skip(std::uint64_t items) noexcept {
    field_item inner;
    for (; items > 0; --items) {
      if (!next(inner)) return false;
      items += inside(inner);  // each takes a byte at least: a wrong number ends the bytes
    }
    return true;
  }

  /// The items that follow because they are inside this one.
  static std::uint64_t inside(const field_item& i) noexcept {
    return i.what == field_kind::map ? 2 * i.natural : i.what == field_kind::array ? i.natural : 0;
  }

 private:
  bool wide(field_item& out, std::uint64_t head) noexcept {
    std::uint64_t n = 0;
    switch (head) {
      case 0xc0: out.what = field_kind::nil; return true;
      case 0xc2:
      case 0xc3:
        out.what = field_kind::boolean;
        out.truth = head == 0xc3;
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6: return number(1u << (head - 0xc4), n) && bytes(out, field_kind::text, n);
      case 0xc7:
      case 0xc8:
      case 0xc9: return number(1u << (head - 0xc7), n) && bytes(out, field_kind::other, n + 1);
      case 0xca:
        out.what = field_kind::real;
        if (!number(4, n)) return false;
        out.real = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(n)));
        return true;
      case 0xcb:
        out.what = field_kind::real;
        if (!number(8, n)) return false;
        out.real = std::bit_cast<double>(n);
        return true;
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf: return number(1u << (head - 0xcc), n) && natural(out, n);
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3: {
        const unsigned size = 1u << (head - 0xd0);
        return number(size, n) && integer(out, n, 8 * size);
      }
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8: return bytes(out, field_kind::other, (1u << (head - 0xd4)) + 1);
      case 0xd9:
      case 0xda:
      case 0xdb: return number(1u << (head - 0xd9), n) && bytes(out, field_kind::text, n);
      case 0xdc:
      case 0xdd: return number(2u << (head - 0xdc), n) && entries(out, field_kind::array, n);
      case 0xde:
      case 0xdf: return number(2u << (head - 0xde), n) && entries(out, field_kind::map, n);
      default: return false;  // 0xc1, which stands for nothing
    }
  }

  bool number(unsigned size, std::uint64_t& out) noexcept {
    if (rest_.size() < size) return false;
    out = 0;
    for (unsigned i = 0; i < size; ++i) out = out << 8 | static_cast<std::uint8_t>(rest_[i]);
    rest_.remove_prefix(size);
    return true;
  }
  bool natural(field_item& out, std::uint64_t n) noexcept {
    out.what = field_kind::natural;
    out.natural = n;
    return true;
  }
  /// `n` are the low `bits` of a signed number, which need not be below zero.
  bool integer(field_item& out, std::uint64_t n, unsigned bits) noexcept {
    out.what = field_kind::integer;
    out.integer = static_cast<std::int64_t>(n << (64 - bits)) >> (64 - bits);
    return true;
  }
  bool entries(field_item& out, field_kind what, std::uint64_t n) noexcept {
    out.what = what;
    out.natural = n;
    return true;
  }
  bool bytes(field_item& out, field_kind what, std::uint64_t n) noexcept {
    if (rest_.size() < n) return false;
    out.what = what;
    out.text = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return true;
  }

  std::string_view rest_;
};

inline std::string_view field_number_json(double real,
                                          char (&place)[field_number_bytes_max]) noexcept {
  if (!std::isfinite(real)) return "null";
  char* end = std::to_chars(place, place + field_number_bytes_max, real).ptr;
  // `1` would come back as a whole number.
  if (std::string_view(place, end).find_first_of(".e") == std::string_view::npos) {
    std::memcpy(end, ".0", 2);
    end += 2;
  }
  return {place, end};
}

/// The JSON text of everything that is neither string, array nor map.
inline std::string_view field_scalar_json(const field_item& i,
                                          char (&place)[field_number_bytes_max]) noexcept {
  char* const end = place + field_number_bytes_max;
  switch (i.what) {
    case field_kind::boolean: return i.truth ? "true" : "false";
    case field_kind::natural: return {place, std::to_chars(place, end, i.natural).ptr};
    case field_kind::integer: return {place, std::to_chars(place, end, i.integer).ptr};
    case field_kind::real: return field_number_json(i.real, place);
    default: return "null";
  }
}

/// Calls `take(name, value, bytes)` for each field: a field_item and, for an array or a map, all of
/// its MessagePack. A name that is no string is its JSON text (fields_json.hpp). False: `fields`
/// are not exactly one well-formed map; some of them may have been taken then.
template <class Take>
bool for_each_field(std::string_view fields, Take&& take) {
  fields_reader reader(fields);
  field_item top;
  if (!reader.next(top) || top.what != field_kind::map) return false;
  for (std::uint64_t i = 0; i < top.natural; ++i) {
    field_item key, value;
    if (!reader.next(key) || !reader.skip(fields_reader::inside(key))) return false;
    const std::string_view from = reader.rest();
    if (!reader.next(value) || !reader.skip(fields_reader::inside(value))) return false;
    char place[field_number_bytes_max];
    take(key.what == field_kind::text ? key.text : field_scalar_json(key, place), value,
         from.substr(0, from.size() - reader.rest().size()));
  }
  return reader.done();
}

}  // namespace logio::wire
