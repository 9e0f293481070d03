#include "publish_outcome.hpp"

#include <fmt/core.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "logio/base/json_string.hpp"

namespace logio::serve {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (out.back() != '{') out += ',';
  base::append_json_string(out, name);
  out += ':';
  base::append_json_string(out, value);
}

}  // namespace

void publish_outcome::refuse(const wire::refusal& why) {
  ++refused_;
  if (errors_.size() < errors_max) errors_.push_back(why);
  if (!why.closes || error_) return;
  error_ = failing{0, std::string(wire::code(why.error)),
                   fmt::format("nothing behind line {} was read: {}", why.record, why.message),
                   "Mend it and send what follows, or send one record per line as "
                   "application/x-ndjson: then a broken one costs its line only."};
}

void publish_outcome::fail(unsigned status, request_fault code, std::string message,
                           std::string hint) {
  if (error_) return;
  error_ = failing{status, std::string(to_string(code)), std::move(message), std::move(hint)};
}

unsigned publish_outcome::status() const noexcept {
  if (error_ && error_->status != 0) return error_->status;
  return accepted_ == 0 && refused_ != 0 ? 400 : 200;
}

std::string publish_outcome::render() const {
  std::string out =
      fmt::format("{{\"accepted\":{},\"refused\":{},\"errors\":[", accepted_, refused_);
  for (const wire::refusal& e : errors_) {
    if (out.back() != '[') out += ',';
    fmt::format_to(std::back_inserter(out), "{{\"line\":{}", e.record);
    append_member(out, "code", wire::code(e.error));
    append_member(out, "message", e.message);
    out += '}';
  }
  out += ']';
  if (error_) {
    out += ",\"error\":{";
    append_member(out, "code", error_->code);
    append_member(out, "message", error_->message);
    append_member(out, "hint", error_->hint);
    out += '}';
  }
  return out += "}\n";
}

}  // namespace logio::serve
