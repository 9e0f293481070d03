#include "logio/serve/cursor.hpp"

#include <charconv>
#include <system_error>

namespace logio::serve {
namespace {

template <class Number>
bool parse_all(std::string_view digits, int base, Number& out) noexcept {
  if (digits.empty()) return false;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, out, base);
  return error == std::errc{} && rest == end;
}

}  // namespace

std::optional<cursor> parse_cursor(std::string_view text) noexcept {
  constexpr std::size_t epoch_digits = 16;
  if (text.size() < epoch_digits + 2 || text[epoch_digits] != '-') return std::nullopt;
  cursor out;
  if (!parse_all(text.substr(0, epoch_digits), 16, out.epoch)) return std::nullopt;
  if (!parse_all(text.substr(epoch_digits + 1), 10, out.position)) return std::nullopt;
  return out;
}

}  // namespace logio::serve
