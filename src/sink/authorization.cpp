#include "sink/authorization.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "logio/base/base64.hpp"

namespace logio::sink {
namespace {

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

}  // namespace

std::optional<std::string> make_authorization(const secret_options& secrets, std::string& out) {
  out.clear();
  if (!secrets.token.empty()) {
    if (!secrets.user.empty()) return "both a user and a token are given: leave one out";
    if (has_control(secrets.token) || secrets.token.find(' ') != std::string::npos) {
      return "the token has a space or a control character: look for a line end in its file";
    }
    out = "Authorization: ApiKey " + secrets.token + "\r\n";
    return std::nullopt;
  }
  if (secrets.user.empty()) {
    if (secrets.password.empty()) return std::nullopt;
    return "a password is given without a user: elasticsearch://USER@HOST:9200/INDEX";
  }
  if (secrets.user.find(':') != std::string::npos) return "the user has a ':' in its name";
  if (has_control(secrets.user) || has_control(secrets.password)) {
    return "user or password has a control character: look for a line end in the password's file";
  }
  out = "Authorization: Basic ";
  base::append_base64(out, secrets.user + ':' + secrets.password);
  out += "\r\n";
  return std::nullopt;
}

}  // namespace logio::sink
