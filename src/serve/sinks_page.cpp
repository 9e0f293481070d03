#include "sinks_page.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <utility>

#include "json_object.hpp"
#include "logio/base/utf8.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t shown_bytes_max = 64;  // of a name that is none
constexpr std::size_t named_sinks_max = 32;

void append_sink(std::string& out, const sink_row& row) {
  json_object object(out);
  object.text("name", row.name);
  object.text("url", row.url);
  object.text("state", row.state);
  object.time("since", row.since_ns);
  object.known_text("last_error", row.last_error);
  object.known_text("cursor", row.cursor);
  object.number("lag_records", row.lag_records);
  object.number("lag_bytes", row.lag_bytes);
  object.number("lag_seconds", row.lag_seconds, 3);
  object.number("matched_records", row.matched_records);
  object.number("sent_records", row.sent_records);
  object.number("sent_bytes", row.sent_bytes);
  object.number("cut_records", row.cut_records);
  object.number("retried_requests", row.retried_requests);
  object.number("dead_records", row.dead_records);
  object.number("dead_kept_records", row.dead_kept);
  object.number("dead_lost_records", row.dead_lost);
  object.number("resent_records", row.resent_records);
  object.number("dropped_records", row.dropped_records);
  object.number("missed_records", row.missed_records);
  object.number("compressed_files", row.compressed_files);
  object.number("uncompressed_files", row.uncompressed_files);
  object.number("compress_failures", row.compress_failures);
}

std::string names_in(const std::vector<sink_row>& rows) {
  if (rows.empty()) return "This hub has no sinks; --sink URL gives it one.";
  std::string out = "Here are ";
  for (std::size_t i = 0; i < rows.size() && i < named_sinks_max; ++i) {
    if (i != 0) out += ", ";
    out += rows[i].name;
  }
  if (rows.size() > named_sinks_max) {
    fmt::format_to(std::back_inserter(out), " and {} more", rows.size() - named_sinks_max);
  }
  return out += "; /v1/sinks tells how they are.";
}

}  // namespace

std::vector<sink_row> rows_of(const sink_board* sinks) {
  return sinks == nullptr ? std::vector<sink_row>() : sinks->rows();
}

std::string render_sinks(const std::vector<sink_row>& rows) {
  std::string out = "{\"sinks\":[";
  bool first = true;
  for (const sink_row& row : rows) {
    if (!std::exchange(first, false)) out += ',';
    append_sink(out, row);
  }
  return out += "]}\n";
}

std::optional<request_error> judge_sink(const sink_board* sinks, std::string_view name) {
  if (sinks != nullptr && sinks->has(name)) return std::nullopt;
  return make_error(404, request_fault::not_found,
                    fmt::format("there is no sink called {}",
                                name.substr(0, base::utf8_cut(name, shown_bytes_max))),
                    names_in(rows_of(sinks)));
}

}  // namespace logio::serve
