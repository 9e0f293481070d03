/// Appends MessagePack to a string: all that the module needs of msgpack-cxx.
///
/// Ownership:      borrows the string.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logio::wire {

class fields_writer {
 public:
  explicit fields_writer(std::string& out) noexcept : out_(out) {}

  /// A map or an array of `count` entries is to follow.
  void map(std::uint32_t count);
  void array(std::uint32_t count);

  void string(std::string_view text);
  void integer(std::int64_t number);
  void natural(std::uint64_t number);
  void real(double number);
  void boolean(bool truth);
  void nil();

  /// msgpack-cxx's stream.
  void write(const char* bytes, std::size_t n) { out_.append(bytes, n); }

 private:
  std::string& out_;
};

/// The number of entries of the map that `fields` begins with, and the bytes of its head.
struct map_head {
  std::uint32_t count;
  std::size_t bytes;
};

/// REQUIRES: `fields` begins with a MessagePack map.
map_head read_map_head(std::string_view fields) noexcept;

}  // namespace logio::wire
