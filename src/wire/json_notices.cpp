#include "logio/wire/json_notices.hpp"

#include <iterator>

#include <fmt/core.h>

#include "logio/base/json_string.hpp"
#include "logio/record/time.hpp"
#include "wire/loss_words.hpp"

namespace logio::wire {
namespace {

/// `"since":"…","reason":"…","text":"…"}`, for notices that count.
void append_rest(std::string& out, std::int64_t since_ns, std::string_view reason,
                 std::string_view words) {
  char since[record::rfc3339_bytes];
  record::write_rfc3339(since_ns, since);
  out += ",\"since\":";
  base::append_json_string(out, {since, sizeof since});
  out += ",\"reason\":";
  base::append_json_string(out, reason);
  out += ",\"text\":";
  base::append_json_string(out, words);
  out += '}';
}

void append_dropped_object(std::string& out, std::uint64_t count, std::int64_t since_ns) {
  fmt::format_to(std::back_inserter(out), "{{\"dropped\":{}", count);
  append_rest(out, since_ns, "slow_subscriber", dropped_words(count, since_ns));
}

void append_missed_object(std::string& out, std::uint64_t count, std::int64_t since_ns,
                          std::string_view reason) {
  fmt::format_to(std::back_inserter(out), "{{\"missed\":{}", count);
  append_rest(out, since_ns, reason, missed_words(count, since_ns));
}

void append_continuity_object(std::string& out) {
  out += R"({"continuity_lost":true,"reason":"unknown_epoch","text":)";
  base::append_json_string(out, continuity_words());
  out += '}';
}

}  // namespace

void append_ndjson_dropped(std::string& out, std::uint64_t count, std::int64_t since_ns) {
  append_dropped_object(out, count, since_ns);
  out += '\n';
}

void append_sse_dropped(std::string& out, std::uint64_t count, std::int64_t since_ns) {
  out += "event: dropped\ndata: ";
  append_dropped_object(out, count, since_ns);
  out += "\n\n";
}

void append_ndjson_missed(std::string& out, std::uint64_t count, std::int64_t since_ns,
                          std::string_view reason) {
  append_missed_object(out, count, since_ns, reason);
  out += '\n';
}

void append_sse_missed(std::string& out, std::uint64_t count, std::int64_t since_ns,
                       std::string_view reason) {
  out += "event: missed\ndata: ";
  append_missed_object(out, count, since_ns, reason);
  out += "\n\n";
}

void append_ndjson_continuity_lost(std::string& out) {
  append_continuity_object(out);
  out += '\n';
}

void append_sse_continuity_lost(std::string& out) {
  out += "event: continuity_lost\ndata: ";
  append_continuity_object(out);
  out += "\n\n";
}

}  // namespace logio::wire
