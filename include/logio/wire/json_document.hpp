/// Reads one small JSON text as a whole and lets its values be walked: the hub's own pages.
///
///     json_document page;
///     if (const auto wrong = page.parse(text)) return fail(*wrong);
///     for (json_value topic = page.root()["topics"].first(); topic; topic = topic.next()) { … }
///
/// A value that is not there is a value too: `absent`, with nothing inside, so a path through
/// several objects needs one look at its end.
///
/// Ownership:      the document owns all values; a json_value and its views live until the next
///                 parse() and no longer than the document, which does not move.
/// Thread safety:  distinct objects; a document that is not parsed anew may be read by many.
/// Errors:         parse() gives what is wrong and where, on one line; root() is then absent.
/// Limits:         text 64 MiB, nesting 64, 4 million values. Memory: 24 bytes per value, up to
///                 three times that while it grows, and the bytes of strings and numbers. Bytes
///                 that are not UTF-8 are taken as they are, a lone surrogate is U+FFFD.
/// Source:         RFC 8259.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logio::wire {

enum class json_kind : std::uint8_t { absent, null, boolean, number, string, array, object };

class json_document;

class json_value {
 public:
  json_value() noexcept = default;

  json_kind kind() const noexcept;
  /// False: absent.
  explicit operator bool() const noexcept { return document_ != nullptr; }

  /// An object's first member of that name; absent in anything else.
  json_value operator[](std::string_view key) const noexcept;
  /// The first member or item, and the one behind this; absent behind the last.
  json_value first() const noexcept;
  json_value next() const noexcept;
  /// How many members or items.
  std::size_t size() const noexcept;
  /// The name that it has as a member.
  std::string_view key() const noexcept;

  /// A string's decoded bytes, a number as it is written, `true` or `false`; empty otherwise.
  std::string_view text() const noexcept;
  /// Nothing: it is no number, or one that the type cannot hold.
  std::optional<double> number() const noexcept;
  std::optional<std::uint64_t> whole_number() const noexcept;
  bool is_true() const noexcept { return kind() == json_kind::boolean && text() == "true"; }

 private:
  friend class json_document;
  json_value(const json_document* document, std::uint32_t at) noexcept
      : document_(document), at_(at) {}

  const json_document* document_ = nullptr;
  std::uint32_t at_ = 0;
};

class json_document {
 public:
  static constexpr std::size_t bytes_max = std::size_t{64} << 20;
  static constexpr std::size_t values_max = 4'000'000;
  static constexpr unsigned nesting_max = 64;

  json_document() = default;
  json_document(const json_document&) = delete;
  json_document& operator=(const json_document&) = delete;

  /// Keeps nothing of `json`.
  std::optional<std::string> parse(std::string_view json);
  json_value root() const noexcept;

 private:
  friend class json_value;
  /// In the order of the text: a container's inside is behind it, up to `end`.
  struct node {
    std::uint32_t key_from, key_bytes;    // in text_
    std::uint32_t text_from, text_bytes;  // a container's: its count in text_bytes
    std::uint32_t end;                    // the node behind this one and its inside
    json_kind kind;
    bool last;                            // of its container
  };
  static_assert(sizeof(node) == 24, "the limit above");

  bool read_value(unsigned depth);
  bool read_inside(std::uint32_t self, bool is_object, unsigned depth);
  bool read_string(std::uint32_t& from, std::uint32_t& bytes);
  bool read_escape();
  bool read_number();
  bool read_word(std::string_view word, json_kind kind);
  bool fail(std::string_view expected);

  std::vector<node> nodes_;
  std::string text_;
  std::string error_;
  const char* begin_ = nullptr;  // of the text, while it is parsed
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace logio::wire
