/// The index template that suits what the Elasticsearch sink writes, and the names that are legal.
///
/// Thread safety:  free functions: any thread.
/// Source:         Elasticsearch's create index and put index template APIs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace logio::sink {

/// Nothing when `index` (with %Y %m %d %H in it, or none for a data stream) is a name that the peer
/// takes; otherwise what is wrong, for who configured it.
std::optional<std::string> check_index_name(std::string_view index, bool data_stream);

struct search_template {
  std::string name;     ///< `logio-logs-yyyy.mm.dd`
  std::string pattern;  ///< `logs-*.*.*`: the indices that it is for
  std::string body;     ///< as JSON
};

/// REQUIRES: check_index_name() finds nothing.
search_template make_search_template(std::string_view index, bool data_stream);

/// As a part of a request's path: what is neither letter, digit nor one of `-._~` as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace logio::sink
