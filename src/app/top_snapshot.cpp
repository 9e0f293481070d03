#include "top_snapshot.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "logio/record/time.hpp"
#include "logio/wire/json_document.hpp"

namespace logio::app {
namespace {

using config::top_part;
using wire::json_kind;
using wire::json_value;

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

constexpr top_column topic_columns[] = {
    {"APP", "app"},
    {"PROC", "proc", top_form::text, 1},
    {"HOST", "host", top_form::text, 4},
    {"REC/S", "records", top_form::rate},
    {"B/S", "bytes", top_form::byte_rate, 2},
    {"RECORDS", "records", top_form::count, 3},
    {"BYTES", "bytes", top_form::bytes, 5},
    {"REFUSED", "refused", top_form::count, 5, true},
    {"PUBS", "publishers", top_form::count, 6},
    {"LAST", "last_seen", top_form::age, 4},
};
constexpr top_column subscriber_columns[] = {
    {"REMOTE", "remote"},
    {"FILTER", "filter", top_form::text, 2},
    {"FORMAT", "format", top_form::text, 6},
    {"REC/S", "sent_records", top_form::rate},
    {"B/S", "sent_bytes", top_form::byte_rate, 3},
    {"SENT", "sent_records", top_form::count, 4},
    {"BYTES", "sent_bytes", top_form::bytes, 7},
    {"LAG", "lag_records", top_form::count, 1},
    {"LAGTIME", "lag_seconds", top_form::seconds, 5},
    {"DROPPED", "dropped_records", top_form::count, 1, true},
    {"MISSED", "missed_records", top_form::count, 3, true},
    {"QUEUED", "queued_bytes", top_form::bytes, 7},
    {"SINCE", "connected_at", top_form::age, 6},
};
constexpr top_column sink_columns[] = {
    {"SINK", "name"},
    {"STATE", "state", top_form::text, 1},
    {"URL", "url", top_form::text, 7},
    {"ERROR", "last_error", top_form::text, 4},
    {"REC/S", "sent_records", top_form::rate},
    {"B/S", "sent_bytes", top_form::byte_rate, 5},
    {"SENT", "sent_records", top_form::count, 4},
    {"BYTES", "sent_bytes", top_form::bytes, 8},
    {"LAG", "lag_records", top_form::count, 1},
    {"LAGTIME", "lag_seconds", top_form::seconds, 3},
    {"RETRIED", "retried_requests", top_form::count, 6, true},
    {"DEAD", "dead_records", top_form::count, 3, true},
    {"DROPPED", "dropped_records", top_form::count, 2, true},
    {"MISSED", "missed_records", top_form::count, 3, true},
};
constexpr top_column marathon_columns[] = {
    {"WHAT", ""},
    {"VALUE", ""},
    {"/S", "count", top_form::rate, 1},
    {"COUNT", "count", top_form::count, 2},
};

constexpr std::string_view page_paths[] = {"/v1/status", "/v1/topics", "/v1/subscribers",
                                           "/v1/sinks", "/v1/marathon"};
constexpr std::string_view part_names[] = {"topics", "subscribers", "sinks", "marathon"};

double number_of(const json_value& value) { return value.number().value_or(not_known); }
double count_of(const json_value& value) { return value.number().value_or(0); }

std::size_t count_texts(std::span<const top_column> columns) {
  return static_cast<std::size_t>(std::ranges::count(columns, top_form::text, &top_column::form));
}

/// A text as it is, a number as it is written; a URL or an error that is not known is `-`.
std::string text_of(const json_value& value) {
  return value.kind() == json_kind::null ? std::string("-") : std::string(value.text());
}

double cell_of(const top_snapshot& to, const top_column& column, const json_value& object) {
  if (column.form == top_form::rate || column.form == top_form::byte_rate) {
    return column.form == top_form::rate ? number_of(object["records_per_second"]) : not_known;
  }
  const json_value value = object[column.field];
  if (column.form != top_form::age) return number_of(value);
  const auto then_ns = record::parse_rfc3339(value.text());
  if (!then_ns) return not_known;
  return std::max(static_cast<double>(to.hub_now_ns - *then_ns) / 1e9, 0.0);
}

std::string key_of(top_part part, const top_row& row, const json_value& object) {
  if (part == top_part::subscribers) return std::string(object["id"].text());
  if (part == top_part::sinks) return row.texts[0];
  return row.texts[0] + '\0' + row.texts[1] + '\0' + row.texts[2];
}

void read_rows(top_snapshot& to, top_part part, const json_value& list) {
  const auto columns = columns_of(part);
  const std::size_t texts = count_texts(columns);
  std::vector<top_row>& rows = to.rows[static_cast<std::size_t>(part)];
  rows.reserve(list.size());
  for (json_value object = list.first(); object; object = object.next()) {
    top_row row;
    row.texts.reserve(texts);
    row.numbers.reserve(columns.size() - texts);
    for (const top_column& column : columns) {
      if (column.form == top_form::text) {
        row.texts.push_back(text_of(object[column.field]));
      } else {
        row.numbers.push_back(cell_of(to, column, object));
      }
    }
    row.key = key_of(part, row, object);
    rows.push_back(std::move(row));
  }
}

/// One row for each thing that it tells, events by their type.
void read_marathon(std::vector<top_row>& rows, const json_value& object) {
  for (json_value v = object.first(); v; v = v.next()) {
    if (v.kind() == json_kind::object) {
      read_marathon(rows, v);
    } else if (v.kind() != json_kind::null) {
      const std::string name(v.key());
      rows.push_back({name, {name, std::string(v.text())}, {not_known, number_of(v)}});
    }
  }
}

void read_status(top_snapshot& to, const json_value& root) {
  to.version = root["version"].text();
  to.epoch = root["epoch"].text();
  const std::string_view cursor = root["cursor"].text();
  const std::string_view position = cursor.substr(std::min(cursor.rfind('-') + 1, cursor.size()));
  std::from_chars(position.data(), position.data() + position.size(), to.position);
  to.uptime_seconds = count_of(root["uptime_seconds"]);
  to.hub_now_ns = record::parse_rfc3339(root["started_at"].text()).value_or(0) +
                  static_cast<std::int64_t>(to.uptime_seconds * 1e9);
  to.ring_bytes = count_of(root["ring"]["bytes"]);
  to.ring_used_bytes = count_of(root["ring"]["used_bytes"]);
  to.has_journal = root["journal"].kind() == json_kind::object;
  to.journal_bytes = count_of(root["journal"]["bytes"]);
  to.stalled = root["journal"]["stalled"].text();
  to.publishers = count_of(root["connections"]["publishers"]);
  to.subscribers = count_of(root["connections"]["subscribers"]);
  to.topics = count_of(root["topics"]);
}

/// The column of the counter that the rate is of.
std::size_t counter_of(std::span<const top_column> columns, std::size_t rate) {
  std::size_t at = 0;
  while (columns[at].field != columns[rate].field || columns[at].form == columns[rate].form) ++at;
  return at;
}

double sum_of(const top_snapshot& of, top_part part, std::string_view title) {
  const auto columns = columns_of(part);
  const auto at = static_cast<std::size_t>(
      std::ranges::find(columns, title, &top_column::title) - columns.begin());
  double sum = 0;
  for (const top_row& row : of.of(part)) {
    if (is_known(row.number(at))) sum += row.number(at);
  }
  return sum;
}

/// A row that was not there before has no rate yet; topics have the hub's own. What the counters in
/// `lost` grew by is added up.
void compare_rows(top_snapshot& now, const top_snapshot& before, top_part part) {
  const auto columns = columns_of(part);
  const std::size_t texts = count_texts(columns);
  std::unordered_map<std::string_view, const top_row*> known;
  known.reserve(before.of(part).size());
  for (const top_row& row : before.of(part)) known.emplace(row.key, &row);
  for (top_row& row : now.rows[static_cast<std::size_t>(part)]) {
    const auto found = known.find(row.key);
    const top_row* const old = found == known.end() ? nullptr : found->second;
    for (std::size_t i = texts; i < columns.size(); ++i) {
      const top_column& column = columns[i];
      if (old != nullptr &&
          (column.form == top_form::rate || column.form == top_form::byte_rate)) {
        const std::size_t of = counter_of(columns, i);
        row.numbers[i - texts] = std::max(row.number(of) - old->number(of), 0.0) / now.seconds;
      } else if (column.title == "DROPPED" || column.title == "MISSED") {
        const double grown = row.number(i) - (old == nullptr ? 0 : old->number(i));
        if (grown > 0) now.lost_records += grown;
      }
    }
  }
}

}  // namespace

bool is_known(double number) noexcept { return !std::isnan(number); }

std::span<const top_column> columns_of(top_part part) noexcept {
  switch (part) {
    case top_part::topics: return topic_columns;
    case top_part::subscribers: return subscriber_columns;
    case top_part::sinks: return sink_columns;
    case top_part::marathon: break;
  }
  return marathon_columns;
}

std::string_view name_of(top_part part) noexcept {
  return part_names[static_cast<std::size_t>(part)];
}

std::string_view path_of(std::size_t page) noexcept { return page_paths[page]; }

std::optional<std::string> read_page(top_snapshot& to, std::size_t page, std::string text,
                                     bool keep_text) {
  wire::json_document json;
  if (auto wrong = json.parse(text)) return wrong;
  const json_value root = json.root();
  const auto part = static_cast<top_part>(page - 1);
  const json_value inside = page == 0                     ? root["epoch"]
                            : part == top_part::marathon ? root["state"]
                                                          : root[name_of(part)];
  const bool is_list = page != 0 && part != top_part::marathon;
  if (inside.kind() != (is_list ? json_kind::array : json_kind::string)) {
    return fmt::format("it has no {}", page == 0  ? "epoch"
                                       : is_list ? name_of(part)
                                                  : "state");
  }
  if (page == 0) {
    read_status(to, root);
  } else if (is_list) {
    read_rows(to, part, inside);
  } else {
    to.marathon_state = inside.text();
    read_marathon(to.rows[page - 1], root);
  }
  if (keep_text) to.page_texts[page] = std::move(text);
  return std::nullopt;
}

void compare(top_snapshot& now, const top_snapshot* before) {
  for (const top_part part : {top_part::subscribers, top_part::sinks}) {
    now.lag_records += sum_of(now, part, "LAG");
  }
  now.restarted = before != nullptr && before->epoch != now.epoch;
  if (before == nullptr || now.restarted) {
    now.in.records = sum_of(now, top_part::topics, "REC/S");
    return;
  }
  const std::chrono::duration<double> passed = now.taken - before->taken;
  now.seconds = std::max(passed.count(), 0.001);
  for (std::size_t i = 0; i < config::top_parts; ++i) {
    compare_rows(now, *before, static_cast<top_part>(i));
  }
  if (now.position > before->position) {
    now.in.records = static_cast<double>(now.position - before->position) / now.seconds;
  }
  now.in.bytes = sum_of(now, top_part::topics, "B/S");
  for (const top_part part : {top_part::subscribers, top_part::sinks}) {
    now.out.records += sum_of(now, part, "REC/S");
    now.out.bytes += sum_of(now, part, "B/S");
  }
}

}  // namespace logio::app
