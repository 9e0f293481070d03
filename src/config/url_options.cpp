#include "url_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "url_text.hpp"

namespace logio::config {

void read_options(
    std::string_view query, const facts_finder& facts,
    const std::function<void(const std::string& name, std::string_view written)>& take,
    const std::function<void(std::string why)>& refuse) {
  bool behind_secret = false;
  while (!query.empty()) {
    query.remove_prefix(1);  // ? or &
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(end);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto name = percent_decoded(part.substr(0, equals));
    if (equals == std::string_view::npos || !name) {
      refuse("has a part without = in its query: write OPTION=VALUE, and %26 for an & in a value");
      continue;
    }
    const auto known = facts(*name);
    if (!known && behind_secret) {
      refuse("has an unknown option behind a secret: write %26 for an & in a value");
      continue;
    }
    behind_secret = known && known->secret;
    take(*name, part.substr(equals + 1));
  }
}

std::optional<std::string> set_option(std::string_view name, const written_value& value,
                                      const setter& set, const environment& env) {
  const auto read = read_value(value.text, value.form, env);
  if (!read) return fmt::format("has a bad {}: {}", name, read.error().why);
  const auto wrong = set(*read);
  if (!wrong) return std::nullopt;
  const std::string_view shown = value.secret               ? "***"
                                 : has_variable(value.text) ? value.text
                                                            : *read;
  return fmt::format("has a bad {}: '{}' {}", name, one_line(shown), *wrong);
}

std::string unknown_option(std::string_view name, std::string_view owner,
                           std::span<const std::string> known) {
  const std::string meant = nearest(name, known);
  return meant.empty()
             ? fmt::format("has the unknown option '{}'; {} has {}", name, owner,
                           fmt::join(known, " "))
             : fmt::format("has the unknown option '{}'; did you mean {}?", name, meant);
}

std::vector<std::string> check_secret_options(const option_names& given) {
  std::vector<std::string> out;
  const auto has = [&](std::string_view name) { return given.find(name) != given.end(); };
  if (has("password") && has("password_file")) {
    out.emplace_back("has both a password and a password_file");
  }
  if (has("token") && has("token_file")) out.emplace_back("has both a token and a token_file");
  const bool password = has("password") || has("password_file");
  const bool token = has("token") || has("token_file");
  if (has("user") && !password) out.emplace_back("has a user without a password");
  if (password && !has("user")) out.emplace_back("has a password without a user");
  if (token && has("user")) out.emplace_back("has both a user and a token");
  return out;
}

std::optional<std::string> check_pem_pair(std::string_view cert_file, std::string_view key_file) {
  if (cert_file.empty() == key_file.empty()) return std::nullopt;
  return key_file.empty() ? "has a cert_file without a key_file"
                          : "has a key_file without a cert_file";
}

std::string joined(std::span<const std::string> problems) {
  return fmt::format("{}", fmt::join(problems, "; it "));
}

}  // namespace logio::config
