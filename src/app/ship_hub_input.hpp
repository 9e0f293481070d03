/// Records of a running hub's stream, for `ship`.
///
/// Reads NDJSON, and comes back behind the last record that it has whenever the connection ends.
/// What the hub says is missing is counted and told.
///
/// Ownership:      owns its connection.
/// Thread safety:  as ship_input.
/// Limits:         a line of 512 MiB ends the connection: that is no hub.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http_get.hpp"
#include "logio/config/endpoint_url.hpp"
#include "logio/base/back_off.hpp"
#include "logio/sink/record_lines.hpp"
#include "ship_input.hpp"

namespace logio::app {

struct ship_hub_range {
  std::string query;                     ///< which records; not when
  std::optional<sink::log_place> after;  ///< else by `since`
  std::string since, until;              ///< as a hub takes them; empty: none
  bool follow = true;
};

class ship_hub_input final : public ship_input {
 public:
  ship_hub_input(ship_source& to, filter::filter wanted, config::hub_url hub,
                 ship_hub_range range);

 private:
  enum class ending { complete, cut, refused };

  void read() override;
  ending read_stream();
  ending explain(http_get& answer);
  bool wait_readable(http_get& answer);
  bool take_lines();
  void take_notice(std::string_view line);
  bool pause();
  std::string target() const;

  const config::hub_url hub_;
  ship_hub_range range_;
  sink::record_lines objects_;
  base::back_off back_off_;
  std::string buffer_;        // the beginning of a line
  std::size_t searched_ = 0;  // of it, for the line's end
  bool down_ = false;   // and it was said
};

}  // namespace logio::app
