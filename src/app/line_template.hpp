/// `--template`: a line as the user wants it, `{time} {app}: {text}`.
///
/// `{{` is a brace, `\t`, `\n` and `\\` are what they are in C; nothing else is escaped. Each line
/// ends in a newline.
///
/// Ownership:      owns its pieces.
/// Thread safety:  const once it is made.
/// Errors:         parse(): what is wrong with it, as a phrase behind it.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace logio::app {

class line_template {
 public:
  enum class field : std::uint8_t {
    none,  ///< only the words in front
    time,
    arrived,
    app,
    proc,
    host,
    severity,
    text,
    fields,
    cursor,
  };
  struct piece {
    std::string words;  ///< in front of the field
    field what = field::none;
  };

  static boost::system::result<line_template, std::string> parse(std::string_view text);

  const std::vector<piece>& pieces() const noexcept { return pieces_; }

 private:
  std::vector<piece> pieces_;
};

}  // namespace logio::app
