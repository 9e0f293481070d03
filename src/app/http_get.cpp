#include "http_get.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "logio/base/base64.hpp"
#include "terminal_text.hpp"

namespace logio::app {
namespace {

constexpr std::chrono::hours very_long{24 * 365};
constexpr std::size_t told_bytes_max = std::size_t{16} << 10, told_columns_max = 300;
constexpr std::chrono::seconds told_timeout{5};

std::optional<net::peer_tls_options> tls_of(const config::hub_url& hub) {
  if (!hub.tls) return std::nullopt;
  return net::peer_tls_options();
}

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 301: return " Moved Permanently";
    case 302: return " Found";
    case 307: return " Temporary Redirect";
    case 308: return " Permanent Redirect";
    case 400: return " Bad Request";
    case 401: return " Unauthorized";
    case 403: return " Forbidden";
    case 404: return " Not Found";
    case 407: return " Proxy Authentication Required";
    case 429: return " Too Many Requests";
    case 500: return " Internal Server Error";
    case 502: return " Bad Gateway";
    case 503: return " Service Unavailable";
    case 504: return " Gateway Timeout";
    default: return "";
  }
}

/// The lines of `text` but those that show a place by a caret and what it points to, as one.
std::string joined(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("  ")) continue;
    if (line.starts_with("error: ")) line.remove_prefix(7);
    if (line.empty()) continue;
    if (!out.empty()) out += "; ";
    out += line;
  }
  if (out.size() > told_columns_max) {
    out.resize(told_columns_max);
    out += "...";
  }
  return visible(out);
}

}  // namespace

http_get::http_get(const config::hub_url& hub)
    : where_(config::to_string(hub)),
      has_credentials_(!hub.user.empty() || !hub.password.empty()),
      client_(std::make_unique<net::http_client>(hub.host, hub.port, tls_of(hub))) {}

http_get::opened http_get::open(const config::hub_url& hub, const std::string& target,
                                std::chrono::milliseconds timeout, std::string_view accept) {
  http_get out(hub);
  std::string headers = fmt::format("User-Agent: logio\r\nAccept: {}\r\n", accept);
  if (out.has_credentials_) {
    headers += "Authorization: Basic ";
    base::append_base64(headers, hub.user + ':' + hub.password);
    headers += "\r\n";
  }
  net::http_answer head;
  const std::string path = hub.path + target;
  if (!out.client_->begin({"GET", path, headers, {}}, head, deadline(timeout))) {
    return http_failure{out.client_->error()};
  }
  out.status_ = head.status;
  return out;
}

std::string http_get::header(std::string_view name) const { return client_->header(name); }

boost::system::result<std::string, http_failure> http_get::read(
    std::optional<std::chrono::milliseconds> timeout) {
  std::string piece;
  if (!client_->read_body(piece, deadline(timeout.value_or(very_long)))) {
    return http_failure{client_->error()};
  }
  return {boost::system::in_place_value, std::move(piece)};
}

boost::system::result<std::string, http_failure> http_get::read_all(
    std::size_t bytes_max, std::chrono::milliseconds timeout) {
  const net::deadline_time until = deadline(timeout);
  std::string all, piece;
  do {
    if (!client_->read_body(piece, until)) return http_failure{client_->error()};
    all += piece;
    if (all.size() > bytes_max) {
      return http_failure{fmt::format("{}: the answer has more than {} bytes", where_, bytes_max)};
    }
  } while (!piece.empty());
  return {boost::system::in_place_value, std::move(all)};
}

std::string http_get::explain_credentials() const {
  if (has_credentials_) return "it does not take this name and password";
  const auto scheme_end = where_.find("://") + 3;
  return fmt::format("it wants a name and a password: give them in the URL, {}NAME:PASSWORD@{}",
                     where_.substr(0, scheme_end), where_.substr(scheme_end));
}

/// What a body in plain text says; of a page nothing.
std::string http_get::explain_body() {
  if (!header("content-type").starts_with("text/plain")) return {};
  auto text = read_all(told_bytes_max, told_timeout);
  return text ? joined(*text) : std::string();
}

std::string http_get::explain() {
  const std::string server = header("server");
  const std::string location = visible(header("location"));
  const std::string says =
      fmt::format("{} answers {}{}{}", where_, status_, reason_of(status_),
                  server.empty() ? "" : fmt::format(" ({})", visible(server.substr(0, 80))));
  const std::string body = explain_body();
  const std::string told = body.empty() ? "" : ": " + body;
  if (status_ == 401 || status_ == 407) {
    return fmt::format("{}: {}", says, explain_credentials());
  }
  if (status_ == 403) {
    return fmt::format("{}{}: this address or name may not read there; ask who runs it", says,
                       told);
  }
  if (status_ == 404) return fmt::format("{}{}: a hub has its paths elsewhere", says, told);
  if (status_ >= 300 && status_ < 400 && !location.empty()) {
    return fmt::format("{}: it points to {}; give that as the hub", says, location);
  }
  if (status_ >= 200 && status_ < 300) return fmt::format("{}: that is no hub", says);
  return says + told;
}

}  // namespace logio::app
