#include "wire/utf8_text.hpp"

#include "logio/base/json_string.hpp"
#include "wire/fields.hpp"

namespace logio::wire {

void append_utf8(std::string& out, std::string_view text) {
  if (is_utf8(text)) {
    out += text;
    return;
  }
  const char* copied = text.data();
  const char* const end = copied + text.size();
  for (const char* at = copied; at != end;) {
    const base::utf8_step step = base::utf8_next(at, end);
    if (!step.valid) {
      out.append(copied, at);
      out += base::replacement_character;
      copied = at + step.bytes;
    }
    at += step.bytes;
  }
  out.append(copied, end);
}

}  // namespace logio::wire
