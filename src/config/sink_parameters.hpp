/// The kinds of sinks by scheme, and what each can be told, as tables: from them come parsing,
/// the errors' suggestions and what may be shown of a URL.
///
/// Ownership:      setters borrow the options that they set.
/// Thread safety:  distinct objects.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/flag_table.hpp"
#include "logio/sink/sink_options.hpp"
#include "url_options.hpp"

namespace logio::config {

struct sink_scheme {
  std::string_view name;
  std::string_view kind_name;  ///< the same for all schemes of a kind
  sink::kind kind;
  sink::transport over;
  std::uint16_t default_port;  ///< 0: it has no hosts
  std::string_view example;
};

std::span<const sink_scheme> sink_schemes() noexcept;
/// Whether peers of this kind ask for a user and a password.
bool takes_user(const sink_scheme& scheme) noexcept;
/// Nothing when there is none.
const sink_scheme* find_sink_scheme(std::string_view name) noexcept;

struct sink_parameter {
  enum class form : std::uint8_t { text, number, boolean };

  std::string name;
  std::uint32_t schemes = 0;  ///< bit i: it is for sink_schemes()[i]
  form takes = form::text;    ///< besides text
  bool repeatable = false;
  bool secret = false;  ///< its value is never shown
  setter set;
};

/// All there are, for a sink of this scheme; `to.kind` and `to.over` say which it is.
std::vector<sink_parameter> sink_parameters(sink::sink_options& to);

/// Whether the parameter is for this scheme.
bool belongs_to(const sink_parameter& p, const sink_scheme& scheme) noexcept;
/// The schemes that it is for: `syslog+tcp, syslog+tls`.
std::string schemes_of(const sink_parameter& p);

/// What is the same for all schemes. Nothing when no parameter has this name.
std::optional<parameter_facts> facts_of(std::string_view parameter_name);

/// What a sink of this scheme is told without being told anything: kind, transport and defaults.
sink::sink_options default_sink_options(const sink_scheme& scheme);

}  // namespace logio::config
