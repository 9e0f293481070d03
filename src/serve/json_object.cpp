#include "json_object.hpp"

#include <fmt/core.h>

#include <iterator>

#include "logio/base/json_string.hpp"
#include "logio/record/time.hpp"

namespace logio::serve {

std::string& json_object::member(std::string_view name) {
  if (!empty_) out_ += ',';
  empty_ = false;
  base::append_json_string(out_, name);
  out_ += ':';
  return out_;
}

void json_object::text(std::string_view name, std::string_view value) {
  base::append_json_string(member(name), value);
}

void json_object::number(std::string_view name, std::uint64_t value) {
  fmt::format_to(std::back_inserter(member(name)), "{}", value);
}

void json_object::number(std::string_view name, double value, int digits) {
  fmt::format_to(std::back_inserter(member(name)), "{:.{}f}", value, digits);
}

void json_object::time(std::string_view name, std::int64_t time_ns) {
  char shown[record::rfc3339_bytes];
  record::write_rfc3339(time_ns, shown);
  text(name, {shown, sizeof shown});
}

void json_object::known_text(std::string_view name, std::string_view value) {
  if (value.empty()) {
    null(name);
  } else {
    text(name, value);
  }
}

void json_object::known_time(std::string_view name, std::int64_t time_ns) {
  if (time_ns == 0) {
    null(name);
  } else {
    time(name, time_ns);
  }
}

}  // namespace logio::serve
