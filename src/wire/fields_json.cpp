#include "wire/fields_json.hpp"

#include <cstdint>
#include <cstring>

#include "wire/fields_reader.hpp"
#include "wire/json_text.hpp"

namespace logio::wire {
namespace {

constexpr unsigned nesting_max = 63;  // and the record's own object
/// The worst is `false` as a key: one byte, `"false":`.
constexpr std::size_t growth_max = 8;
constexpr std::size_t small_bytes = 512;

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

class appending {
 public:
  explicit appending(std::string& out) noexcept : out_(out) {}
  void add(char c) { out_ += c; }
  void add(std::string_view bytes) { out_ += bytes; }
  void add_text(std::string_view text) { append_json_bytes(out_, text); }

 private:
  std::string& out_;
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
class json_converter {
 public:
  json_converter(std::string_view fields, Output& out) noexcept : reader_(fields), out_(out) {}

  bool run() noexcept {
    field_item top;
    if (!reader_.next(top) || top.what != field_kind::map) return false;
    return map(top.natural, 1) && reader_.done();
  }

  bool run_value() noexcept { return value(1) && reader_.done(); }

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
    field_item i;
    if (!reader_.next(i)) return false;
    out_.add('"');
    if (i.what == field_kind::text) {
      out_.add_text(i.text);
    } else {
      char place[field_number_bytes_max];
      out_.add(field_scalar_json(i, place));
    }
    out_.add('"');
    return reader_.skip(fields_reader::inside(i));
  }

  /// `depth` is that of the map or array around it.
  bool value(unsigned depth) noexcept {
    field_item i;
    if (!reader_.next(i)) return false;
    const bool nested = i.what == field_kind::map || i.what == field_kind::array;
    if (nested && depth < nesting_max) {
      return i.what == field_kind::map ? map(i.natural, depth + 1) : array(i.natural, depth + 1);
    }
    if (i.what == field_kind::text) {
      out_.add('"');
      out_.add_text(i.text);
      out_.add('"');
      return true;
    }
    char place[field_number_bytes_max];
    out_.add(field_scalar_json(i, place));
    return reader_.skip(fields_reader::inside(i));
  }

  fields_reader reader_;
  Output& out_;
};

}  // namespace

char* put_fields_json(char* out, std::string_view fields) noexcept {
  writing output(out);
  return json_converter(fields, output).run() ? output.end() : nullptr;
}

void append_fields_json_bytes(std::string& out, std::string_view fields) {
  const std::size_t begin = out.size();
  // Nothing may throw inside; bytes as they are take no more than with U+FFFD in their place.
  out.reserve(begin + fields_json_bound(fields));
  appending output(out);
  if (!json_converter(fields, output).run()) out.resize(begin);
}

void append_value_json(std::string& out, std::string_view value) {
  counting output;
  json_converter(value, output).run_value();
  const std::size_t begin = out.size();
  out.resize(begin + output.bytes());
  writing written(out.data() + begin);
  if (!json_converter(value, written).run_value()) out.resize(begin);
}

std::size_t fields_json_bound(std::string_view fields) noexcept {
  if (fields.size() <= small_bytes) return growth_max * fields.size();
  counting output;
  json_converter(fields, output).run();  // when it stops, writing stops at the same place
  return output.bytes();
}

}  // namespace logio::wire
