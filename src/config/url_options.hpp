/// The options in a URL's query, as sinks and Marathon take them: `?timeout=10s&token_file=/x`.
///
/// Thread safety:  free functions: any thread.
/// Errors:         phrases that go on behind the URL: `has a bad timeout: ...`; never with a
///                 secret, or with what a variable holds.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logio/config/environment.hpp"
#include "logio/config/flag_table.hpp"
#include "value_text.hpp"

namespace logio::config {

/// What must be known of an option to show a URL that has it.
struct parameter_facts {
  bool repeatable = false, secret = false;
};
/// Nothing when no option has this name.
using facts_finder = std::function<std::optional<parameter_facts>(std::string_view name)>;

/// Gives each OPTION=VALUE of `query` (`?a=b&c=d`, or empty) to `take`, the value as it is written;
/// and to `refuse` what is wrong.
void read_options(
    std::string_view query, const facts_finder& facts,
    const std::function<void(const std::string& name, std::string_view written)>& take,
    const std::function<void(std::string why)>& refuse);

/// A value as it is written.
struct written_value {
  std::string_view text;
  value_form form = value_form::query;
  bool secret = false;
};

/// Sets the option `name`; what is wrong with its value.
std::optional<std::string> set_option(std::string_view name, const written_value& value,
                                      const setter& set, const environment& env);

/// `has the unknown option 'timout'; did you mean timeout?` `known` are those that `owner` has.
std::string unknown_option(std::string_view name, std::string_view owner,
                           std::span<const std::string> known);

using option_names = std::set<std::string, std::less<>>;

/// What is wrong with user, password, token and their files: two of one, or one of two.
std::vector<std::string> check_secret_options(const option_names& given);

/// A certificate without its key, and the other way round.
std::optional<std::string> check_pem_pair(std::string_view cert_file, std::string_view key_file);

/// All of them in one phrase.
std::string joined(std::span<const std::string> problems);

}  // namespace logio::config
