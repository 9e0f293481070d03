/// Values as they are written in URLs and in the configuration file, and what they stand for.
///
/// `${NAME}` stands for a variable of the environment, `$${` for the two characters `${`. What a
/// variable holds is taken as it is: neither decoded nor expanded again.
///
/// Thread safety:  free functions: any thread.
/// Errors:         a sentence without its subject's name: `the variable NAME is not set`. It never
///                 holds what a variable holds, for that may be a secret.
#pragma once

#include <string>
#include <string_view>

#include "logio/config/endpoint_url.hpp"
#include "logio/config/environment.hpp"

namespace logio::config {

enum class value_form {
  plain,  ///< in the file: no escapes but `$${`
  user,   ///< in front of a URL's @: percent-encoded
  query,  ///< percent-encoded, `+` is a space
  /// Percent-encoded, but `%Y %m %d %H` are parts of a template and never escapes; the result is a
  /// template (sink::sink_options::path), in which all that was escaped or expanded is literal.
  path,
};

/// Whether `text` uses a variable.
bool has_variable(std::string_view text) noexcept;

parsed<std::string> read_value(std::string_view text, value_form form, const environment& env);

}  // namespace logio::config
