#include "logio/client/fields.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "record_writer.hpp"

namespace logio::client {

fields& fields::add_json(std::string_view key, std::string_view value) {
  text_.back() = ',';
  if (text_.size() == 2) text_.pop_back();
  append_json(text_, key);
  text_ += ':';
  text_ += value;
  text_ += '}';
  return *this;
}

fields& fields::add(std::string_view key, std::string_view value) {
  std::string quoted;
  append_json(quoted, value);
  return add_json(key, quoted);
}

fields& fields::add(std::string_view key, double value) {
  std::array<char, 32> room;
  const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
  const std::string_view text(room.data(), static_cast<std::size_t>(end - room.data()));
  return std::isfinite(value) ? add_json(key, text) : add(key, text);
}

}  // namespace logio::client
