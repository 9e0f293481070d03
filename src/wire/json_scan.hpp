/// Finds what is special in the bytes of a JSON string, a block at a time.
///
/// Special are `"`, `\` and the control characters below 0x20; everything else, UTF-8 or not, is
/// copied as it is.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include <fmt/core.h>

#include "wire/byte_block.hpp"

namespace logio::wire {

constexpr bool is_json_special(char c) noexcept {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

constexpr bool is_json_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

inline std::size_t bytes_between(const char* begin, const char* end) noexcept {
  return static_cast<std::size_t>(end - begin);
}

inline const char* skip_json_space(const char* at, const char* end) noexcept {
  while (at != end && is_json_space(*at)) ++at;
  return at;
}

/// A byte for messages: `'x'`, or `byte 0x07` for what cannot be seen.
inline std::string shown_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", c) : fmt::format("byte {:#04x}", byte);
}

/// The first special byte of [at, end), or `end`.
inline const char* find_json_special(const char* at, const char* end) noexcept {
  for (; end - at >= base_block::bytes; at += base_block::bytes) {
    const std::uint32_t bits = base_block::load(at).json_special();
    if (bits != 0) return at + std::countr_zero(bits);
  }
  while (at != end && !is_json_special(*at)) ++at;
  return at;
}

/// The final quote of the string whose first one is at `at`. REQUIRES: there is one.
inline const char* skip_json_string(const char* at, const char* end) noexcept {
  for (++at; *(at = find_json_special(at, end)) != '"';) at += *at == '\\' ? 2 : 1;
  return at;
}

namespace detail {

// At namespace scope: a constexpr function's own table would be built anew at each call.
inline constexpr auto hex_values = [] {
  std::array<std::int8_t, 256> of{};
  of.fill(-1);
  for (std::size_t i = 0; i < 10; ++i) of['0' + i] = static_cast<std::int8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) {
    of['a' + i] = of['A' + i] = static_cast<std::int8_t>(10 + i);
  }
  return of;
}();

inline constexpr auto simple_escapes = [] {
  std::array<char, 256> of{};
  of['"'] = '"';
  of['\\'] = '\\';
  of['/'] = '/';
  of['b'] = '\b';
  of['f'] = '\f';
  of['n'] = '\n';
  of['r'] = '\r';
  of['t'] = '\t';
  return of;
}();

}  // namespace detail

/// The value of a hex digit, or -1.
constexpr int hex_value(char c) noexcept {
  return detail::hex_values[static_cast<unsigned char>(c)];
}

/// What `\c` stands for, or 0 when it is no escape (`\u` is not one of these).
constexpr char simple_escape(char c) noexcept {
  return detail::simple_escapes[static_cast<unsigned char>(c)];
}

}  // namespace logio::wire
