#include "logio/wire/publish_encoder.hpp"

#include <iterator>

#include <fmt/core.h>

#include "logio/base/json_string.hpp"
#include "logio/record/topic.hpp"
#include "wire/fields_json.hpp"
#include "wire/json_text.hpp"

namespace logio::wire {

void append_topic_object(std::string& out, const publish_request& request) {
  out += '{';
  out += record::json_members(request.topic);
  if (request.format == publish_request::framing::lines) out += R"("format":"lines",)";
  if (request.stamped) out += R"("stamped":true,)";
  if (request.ack) out += R"("ack":true,)";
  if (!request.client.empty()) {
    out += R"("client":)";
    base::append_json_string(out, request.client);
    out += ',';
  }
  if (request.numbered) out += R"("numbered":true,)";
  if (request.sequence != 1) {
    fmt::format_to(std::back_inserter(out), R"("sequence":{},)", request.sequence);
  }
  out.back() = '}';
  out += '\n';
}

void publish_encoder::append(std::string& out, const record::view& r, std::uint64_t number) {
  out += R"({"time":")";
  const std::size_t time_at = out.size();
  out.resize(time_at + record::rfc3339_bytes);
  time_.write(r.time_ns(), out.data() + time_at);
  out += R"(","raw":")";
  const std::string_view text = r.text();
  append_json_bytes(out, text);
  // The reader takes one line end off: a '\n' alone would take a '\r' in front with it.
  out += text.ends_with('\r') ? R"(\r\n")" : R"(\n")";
  const auto put = std::back_inserter(out);
  if (number != 0) fmt::format_to(put, R"(,"sequence":{})", number);
  if (r.severity() != 0) fmt::format_to(put, R"(,"severity":{})", r.severity());
  if (!r.fields().empty()) {
    const std::size_t before = out.size();
    out += R"(,"fields":)";
    const std::size_t begin = out.size();
    append_fields_json_bytes(out, r.fields());
    if (out.size() == begin) out.resize(before);
  }
  out += "}\n";
}

}  // namespace logio::wire
