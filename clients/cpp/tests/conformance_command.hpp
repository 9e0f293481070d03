// One line of standard input of the conformance driver: a JSON object, and what is in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logio/wire/json_document.hpp"

namespace logio::client {

class command {
 public:
  explicit command(std::string_view line);

  /// Empty: it is an object.
  const std::string& error() const noexcept { return error_; }
  /// `base64` decoded, or `text`: any bytes.
  std::string text() const;
  std::string word(std::string_view key) const;
  std::uint64_t number(std::string_view key) const;
  std::optional<std::int64_t> time_ns() const;
  /// As JSON; empty when there are none.
  std::string fields() const;
  /// Of the object `filter`: a text, a list of texts.
  std::string filter(std::string_view key) const;
  std::vector<std::string> filters(std::string_view key) const;
  std::optional<std::uint64_t> tail() const;

 private:
  wire::json_document document_;
  std::string error_;
};

}  // namespace logio::client
