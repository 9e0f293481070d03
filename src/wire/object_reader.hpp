/// A resumable reader of one JSON object after another: the general path of the publish decoder.
///
/// It takes bytes as they come, holds the whole grammar of RFC 8259 and keeps the values of the
/// keys that its schema names, decoded and bounded; everything else is checked and forgotten. So
/// a value may be cut at any byte by the end of a read, no byte is looked at twice, and a string
/// of a gigabyte costs its first megabyte. (A parser of complete texts would need the whole value
/// in memory, would refuse bytes that are not UTF-8 and lone surrogates, and would have to be fed
/// by a scanner that finds the value's end: nearly this reader.)
///
/// Ownership:      owns the kept values; views of them live until restart().
/// Thread safety:  distinct objects.
/// Errors:         broken structure: state::failed, error() says what and where, the reader is
///                 done. What is wrong inside a string leaves the structure intact: problem().
/// Limits:         nesting 64; each value as its key_spec says, beyond it bytes are only counted.
/// Source:         RFC 8259.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace logio::wire {

enum class json_type : std::uint8_t { none, string, number, boolean, object, array };

/// `string`, `number` … for messages; an absent value is "nothing".
std::string_view name(json_type type) noexcept;

struct key_spec {
  std::string_view name;      ///< in lower case
  std::size_t bytes_max;      ///< kept of a decoded string, a number's or an object's JSON text
};

class object_reader {
 public:
  static constexpr std::size_t keys_max = 9;
  static constexpr unsigned nesting_max = 64;

  enum class state : std::uint8_t {
    need_more,
    complete,  ///< all values are there; the byte at the returned place is the final `}`
    failed,
  };

  struct progress {
    const char* at;
    state what;
  };

  /// One key of the schema: the last value that the object had for it, null not counted.
  struct value {
    json_type type = json_type::none;
    char last[2] = {};        ///< the last two decoded bytes, also when they were not kept
    std::uint64_t total = 0;  ///< decoded bytes; more than bytes.size() when over the limit
    std::string bytes;        ///< a boolean's is `true` or `false`
  };

  /// REQUIRES: the schema outlives the reader and has at most keys_max keys.
  explicit object_reader(std::span<const key_spec> schema) noexcept : schema_(schema) {}

  /// Reads on. `offset` is the place of `at` in the connection, for messages. Stops before the
  /// final `}` and says complete again however often it is called there; the caller steps over it
  /// and calls restart(). The first call begins with the object's `{`.
  progress read(const char* at, const char* end, std::uint64_t offset);

  /// Forgets the values, keeps their memory: ready for the next `{`.
  void restart() noexcept;

  const value& get(std::size_t key) const noexcept { return values_[key]; }
  /// Empty, or what is wrong inside a string of the object (the first such thing).
  const std::string& problem() const noexcept { return problem_; }
  /// After failed: what was expected, what was found, where.
  const std::string& error() const noexcept { return error_; }
  /// Lone surrogates that became U+FFFD in kept strings.
  std::uint64_t replaced_surrogates() const noexcept { return replaced_surrogates_; }
  /// Whether anything was read since restart().
  bool begun() const noexcept { return expect_ != expect::open; }
  /// Bytes allocated, this object included.
  std::size_t allocated_bytes() const noexcept;

 private:
  enum class expect : std::uint8_t {
    open, first_key, key, colon, item, first_item, comma, string, escape, hex, number, literal
  };
  enum class digits : std::uint8_t {
    start, sign, zero, integer, point, fraction, exponent, exponent_sign, exponent_digits
  };
  static constexpr std::uint8_t no_key = 0xff;

  const char* read_string(const char* at, const char* end);
  const char* read_escape(const char* at);
  const char* read_hex(const char* at);
  const char* read_number(const char* at, const char* end);
  const char* read_literal(const char* at);
  const char* read_structure(const char* at, const char* end);
  const char* begin_value(const char* at);
  const char* open(bool is_object, const char* at);
  const char* close(bool is_object, const char* at);
  const char* begin_key(const char* at, const char* end);
  void end_string();
  void end_key() noexcept;
  void end_value() noexcept;
  bool wanted() const noexcept { return depth_ == 1 && key_ != no_key; }
  void begin_keep(json_type type);
  void keep(const char* bytes, std::size_t n);
  void keep_code_point(std::uint32_t code_point);
  void keep_lone_surrogate();
  bool inside_object() const noexcept { return (kinds_ >> (depth_ - 1) & 1) != 0; }
  std::uint64_t place(const char* at) const noexcept {
    return offset_ + static_cast<std::uint64_t>(at - begin_);
  }
  void note(std::string_view what, const char* at);
  const char* fail(std::string_view expected, const char* at);

  std::span<const key_spec> schema_;
  std::array<value, keys_max> values_;
  const char* begin_ = nullptr;  // of the bytes of this read()
  std::uint64_t offset_ = 0;     // of begin_ in the connection
  const char* raw_from_ = nullptr;  // nested value to keep: its first byte not yet kept
  std::uint64_t kinds_ = 0;         // a bit per open bracket: 1 is an object
  std::uint64_t replaced_surrogates_ = 0;
  std::string problem_;
  std::string error_;
  const char* literal_ = nullptr;  // what is left of true, false, null
  std::uint16_t high_surrogate_ = 0;
  std::uint16_t hex_ = 0;
  std::uint8_t hex_digits_ = 0;
  std::uint8_t depth_ = 0;
  std::uint8_t key_ = no_key;       // of the schema, whose value is being read
  std::uint8_t key_bytes_ = 0;      // of key_text_; more than it holds: no key of a schema
  bool string_is_key_ = false;
  bool keep_raw_ = false;  // inside a nested value that is kept as JSON text
  bool failed_ = false;
  expect expect_ = expect::open;
  digits digits_ = digits::start;
  char key_text_[16] = {};
};

}  // namespace logio::wire
