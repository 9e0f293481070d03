#include "wire/fields_json.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "wire/json_text.hpp"

namespace logio::wire {
namespace {

constexpr unsigned nesting_max = 63;  // and the record's own object
constexpr std::size_t number_bytes_max = 32;
/// The worst is `false` as a key: one byte, `"false":`.
constexpr std::size_t growth_max = 8;
constexpr std::size_t small_bytes = 512;

enum class kind : std::uint8_t { nil, boolean, natural, integer, real, text, other, array, map };

/// One MessagePack head, with the bytes of a string.
struct item {
  kind what = kind::nil;
  bool truth = false;
  std::uint64_t natural = 0;  // also the number of an array's or map's entries
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text = {};
};

/// Takes the items one after the other, and none that is not wholly there.
class reader {
 public:
  explicit reader(std::string_view bytes) noexcept : rest_(bytes) {}

  bool done() const noexcept { return rest_.empty(); }

  bool next(item& out) noexcept {
    std::uint64_t head = 0;
    if (!number(1, head)) return false;
    if (head < 0x80) return natural(out, head);
    if (head < 0x90) return entries(out, kind::map, head & 0x0f);
    if (head < 0xa0) return entries(out, kind::array, head & 0x0f);
    if (head < 0xc0) return bytes(out, kind::text, head & 0x1f);
    if (head >= 0xe0) return integer(out, head, 8);
    return wide(out, head);
  }

  /// Steps over `items` items and all that they hold, without going down into them.
  bool skip(std::uint64_t items) noexcept {
    item inner;
    for (; items > 0; --items) {
      if (!next(inner)) return false;
      items += inside(inner);  // each takes a byte at least: a wrong number ends the bytes
    }
    return true;
  }

  /// The items that follow because they are inside this one.
  static std::uint64_t inside(const item& i) noexcept {
    return i.what == kind::map ? 2 * i.natural : i.what == kind::array ? i.natural : 0;
  }

 private:
  bool wide(item& out, std::uint64_t head) noexcept {
    std::uint64_t n = 0;
    switch (head) {
      case 0xc0: out.what = kind::nil; return true;
      case 0xc2:
      case 0xc3:
        out.what = kind::boolean;
        out.truth = head == 0xc3;
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6: return number(1u << (head - 0xc4), n) && bytes(out, kind::text, n);
      case 0xc7:
      case 0xc8:
      case 0xc9: return number(1u << (head - 0xc7), n) && bytes(out, kind::other, n + 1);
      case 0xca:
        out.what = kind::real;
        if (!number(4, n)) return false;
        out.real = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(n)));
        return true;
      case 0xcb:
        out.what = kind::real;
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
      case 0xd8: return bytes(out, kind::other, (1u << (head - 0xd4)) + 1);
      case 0xd9:
      case 0xda:
      case 0xdb: return number(1u << (head - 0xd9), n) && bytes(out, kind::text, n);
      case 0xdc:
      case 0xdd: return number(2u << (head - 0xdc), n) && entries(out, kind::array, n);
      case 0xde:
      case 0xdf: return number(2u << (head - 0xde), n) && entries(out, kind::map, n);
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
  bool natural(item& out, std::uint64_t n) noexcept {
    out.what = kind::natural;
    out.natural = n;
    return true;
  }
  /// `n` are the low `bits` of a signed number, which need not be below zero.
  bool integer(item& out, std::uint64_t n, unsigned bits) noexcept {
    out.what = kind::integer;
    out.integer = static_cast<std::int64_t>(n << (64 - bits)) >> (64 - bits);
    return true;
  }
  bool entries(item& out, kind what, std::uint64_t n) noexcept {
    out.what = what;
    out.natural = n;
    return true;
  }
  bool bytes(item& out, kind what, std::uint64_t n) noexcept {
    if (rest_.size() < n) return false;
    out.what = what;
    out.text = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return true;
  }

  std::string_view rest_;
};

std::string_view as_json(double real, char (&place)[number_bytes_max]) noexcept {
  if (!std::isfinite(real)) return "null";
  char* end = std::to_chars(place, place + number_bytes_max, real).ptr;
  // `1` would come back as a whole number.
  if (std::string_view(place, end).find_first_of(".e") == std::string_view::npos) {
    std::memcpy(end, ".0", 2);
    end += 2;
  }
  return {place, end};
}

/// The JSON text of everything that is neither string, array nor map.
std::string_view scalar(const item& i, char (&place)[number_bytes_max]) noexcept {
  char* const end = place + number_bytes_max;
  switch (i.what) {
    case kind::boolean: return i.truth ? "true" : "false";
    case kind::natural: return {place, std::to_chars(place, end, i.natural).ptr};
    case kind::integer: return {place, std::to_chars(place, end, i.integer).ptr};
    case kind::real: return as_json(i.real, place);
    default: return "null";
  }
}

class writing {
 public:
  explicit writing(char* out) noexcept : out_(out) {}
  void add(char c) noexcept { *out_++ = c; }
  void add(std::string_view bytes) noexcept {
    std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }
  void add_text(std::string_view text) noexcept { out_ = put_json_text(out_, text); }
  char* end() const noexcept { return out_; }

 private:
  char* out_;
};

class counting {
 public:
  void add(char) noexcept { ++bytes_; }
  void add(std::string_view bytes) noexcept { bytes_ += bytes.size(); }
  void add_text(std::string_view text) noexcept { bytes_ += json_text_bytes(text); }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

template <class Output>
class converter {
 public:
  converter(std::string_view fields, Output& out) noexcept : reader_(fields), out_(out) {}

  bool run() noexcept {
    item top;
    if (!reader_.next(top) || top.what != kind::map) return false;
    return map(top.natural, 1) && reader_.done();
  }

 private:
  bool map(std::uint64_t count, unsigned depth) noexcept {
    out_.add('{');
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i != 0) out_.add(',');
      if (!key()) return false;
      out_.add(':');
      if (!value(depth)) return false;
    }
    out_.add('}');
    return true;
  }

  bool array(std::uint64_t count, unsigned depth) noexcept {
    out_.add('[');
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i != 0) out_.add(',');
      if (!value(depth)) return false;
    }
    out_.add(']');
    return true;
  }

  bool key() noexcept {
    item i;
    if (!reader_.next(i)) return false;
    out_.add('"');
    if (i.what == kind::text) {
      out_.add_text(i.text);
    } else {
      char place[number_bytes_max];
      out_.add(scalar(i, place));
    }
    out_.add('"');
    return reader_.skip(reader::inside(i));
  }

  /// `depth` is that of the map or array around it.
  bool value(unsigned depth) noexcept {
    item i;
    if (!reader_.next(i)) return false;
    const bool nested = i.what == kind::map || i.what == kind::array;
    if (nested && depth < nesting_max) {
      return i.what == kind::map ? map(i.natural, depth + 1) : array(i.natural, depth + 1);
    }
    if (i.what == kind::text) {
      out_.add('"');
      out_.add_text(i.text);
      out_.add('"');
      return true;
    }
    char place[number_bytes_max];
    out_.add(scalar(i, place));
    return reader_.skip(reader::inside(i));
  }

  reader reader_;
  Output& out_;
};

}  // namespace

char* put_fields_json(char* out, std::string_view fields) noexcept {
  writing output(out);
  return converter(fields, output).run() ? output.end() : nullptr;
}

std::size_t fields_json_bound(std::string_view fields) noexcept {
  if (fields.size() <= small_bytes) return growth_max * fields.size();
  counting output;
  converter(fields, output).run();  // when it stops, writing stops at the same place
  return output.bytes();
}

}  // namespace logio::wire
