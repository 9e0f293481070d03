/// One subscriber as `/v1/subscribers` shows it.
///
/// Thread safety:  pure function.
/// Source:         README, "Looking in".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logio/hub/subscription.hpp"

namespace logio::serve {

/// Borrows what it shows.
struct subscriber_row {
  std::uint64_t id = 0;
  std::string_view remote, filter, format;
  std::string_view forwarded_for;  ///< what a proxy says; not to be trusted, left out when empty
  std::int64_t connected_ns = 0;
  hub::subscription_counts counts;
  std::uint64_t unread = 0;          ///< positions of history that it has yet to come to
  std::int64_t unsent_since_ns = 0;  ///< arrival of the oldest record that waits; 0: none does
};

void append_subscriber(std::string& out, const subscriber_row& row, std::int64_t now_ns);

/// Some of one lane's rows in the order of their ids, rendered.
struct subscriber_rows {
  struct rendered {
    std::uint64_t id;
    std::string json;
  };
  std::vector<rendered> rows;
  bool end = false;  ///< there are no more behind them
};

}  // namespace logio::serve
