#include "stream_lines.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json_object.hpp"
#include "rfc3339.hpp"

namespace logio::client {
namespace {

constexpr std::size_t refusal_bytes_max = 1000;

std::optional<std::int64_t> time_of(const json_object& object, std::string_view name) {
  const auto text = object.string(name);
  return text ? read_rfc3339(*text) : std::nullopt;
}

received_record record_of(const json_object& object, std::string_view line) {
  const auto string = [&](std::string_view name) {
    return object.string(name).value_or(std::string());
  };
  received_record out;
  out.cursor = string("cursor");
  out.time_ns = time_of(object, "time").value_or(0);
  out.arrived_ns = time_of(object, "arrived").value_or(0);
  out.app = string("app");
  out.proc = string("proc");
  out.host = string("host");
  const auto severity = object.number("severity").value_or(0);
  out.severity = severity <= 24 ? static_cast<int>(severity) : 0;
  out.text = string("text");
  out.fields = object.raw("fields");
  out.json = line;
  return out;
}

std::optional<loss> loss_of(const json_object& object, std::string_view line) {
  constexpr std::array<std::pair<std::string_view, loss::what>, 3> kinds{
      {{"dropped", loss::what::dropped},
       {"missed", loss::what::missed},
       {"continuity_lost", loss::what::continuity_lost}}};
  for (const auto& [name, kind] : kinds) {
    if (object.raw(name).empty()) continue;
    loss out;
    out.kind = kind;
    out.count = object.number(name);
    out.since_ns = time_of(object, "since");
    out.reason = object.string("reason").value_or(std::string());
    out.text = object.string("text").value_or(std::string());
    out.json = line;
    return out;
  }
  return std::nullopt;
}

}  // namespace

std::variant<received_record, loss, unknown_object, no_object> read_stream_line(
    std::string_view line) {
  const auto object = json_object::read(line);
  if (!object) return no_object();
  if (!object->raw("cursor").empty()) return record_of(*object, line);
  if (auto notice = loss_of(*object, line)) return std::move(*notice);
  return unknown_object();
}

std::string refusal_of(std::string_view body) {
  std::string out(body.substr(0, body.find('\n')));
  if (const auto whole = json_object::read(body)) {
    if (const auto error = json_object::read(whole->raw("error"))) {
      const auto parameter = error->string("parameter"), hint = error->string("hint");
      out = error->string("message").value_or(std::string());
      if (parameter && !parameter->empty()) out = *parameter + ": " + out;
      if (hint && !hint->empty()) out += "; " + *hint;
    }
  }
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out.substr(0, refusal_bytes_max);
}

}  // namespace logio::client
