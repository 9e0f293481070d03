/// What `top --once` prints: all tables as text, or one JSON object.
///
/// The object has the hub's own pages as it sent them and what two looks tell together:
///
///     {"status":{…},"topics":[…],"subscribers":[…],"sinks":[…],"marathon":{…},
///      "rates":{"seconds":1.0,"records_in_per_second":…,"bytes_in_per_second":…,
///               "records_out_per_second":…,"bytes_out_per_second":…,"lost_records":…,
///               "topics":[{"app":…,"proc":…,"host":…,"records_per_second":…,
///                          "bytes_per_second":…}],
///               "subscribers":[{"id":…,…}],"sinks":[{"name":…,…}]}}
///
/// A rate that is not known, such as of what came between the looks, is null.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "top_snapshot.hpp"
#include "top_table.hpp"

namespace logio::app {

/// What there is to say above the tables, the most important first.
std::vector<std::string> head_lines(const top_snapshot& s, std::string_view hub);

/// `lines`: of each table, at most; 0: all. `look` is for all parts but its sort.
std::string print_text(const top_snapshot& s, std::string_view hub, std::string_view sort,
                       top_look look, std::size_t lines);

/// REQUIRES: the snapshot has kept its pages.
std::string print_json(const top_snapshot& s);

}  // namespace logio::app
