#include "sink/authorization.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace logio::sink {
namespace {

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      three = three << 8 | (k < have ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= have ? letters[three >> (18 - 6 * k) & 63] : '=';
    }
  }
}

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
  append_base64(out, secrets.user + ':' + secrets.password);
  out += "\r\n";
  return std::nullopt;
}

}  // namespace logio::sink
