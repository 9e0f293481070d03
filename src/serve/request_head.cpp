#include "logio/serve/request_head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace logio::serve {
namespace {

namespace http = boost::beast::http;

std::string with_crlf(std::string_view head) {
  std::string out;
  out.reserve(head.size() + 64);
  for (const char c : head) {
    if (c == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
    out += c;
  }
  return out;
}

/// A later minor version is spoken as 1.1, as its sender must expect; the parser knows none.
void lower_minor_version(std::string& head) noexcept {
  constexpr std::string_view version = " HTTP/1.";
  const std::size_t end = head.find('\r');
  if (end == std::string::npos || end < version.size() + 1) return;
  char& minor = head[end - 1];
  if (head.compare(end - 1 - version.size(), version.size(), version) != 0) return;
  if (minor >= '2' && minor <= '9') minor = '1';
}

request_error refuse(unsigned status, std::string message, std::string hint) {
  request_error e;
  e.status = status;
  e.code = request_fault::bad_parameter;
  e.message = std::move(message);
  e.hint = std::move(hint);
  return e;
}

request_error explain(const boost::system::error_code& error, std::string_view head) {
  // The parser ends the target at the first space: what is behind it looks like a version.
  const std::string_view line = head.substr(0, head.find_first_of("\r\n"));
  const bool space_in_target =
      error == http::error::bad_version && std::count(line.begin(), line.end(), ' ') > 2;
  if (error == http::error::bad_version && !space_in_target) {
    return refuse(505, "this HTTP version is not spoken here", "Use HTTP/1.1 or HTTP/1.0.");
  }
  if (error == http::error::bad_target || space_in_target) {
    return refuse(400, "the request target has a space or a control character",
                  "Write a space as + or %20.");
  }
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length ||
      error == http::error::bad_transfer_encoding) {
    return refuse(400, "it is not clear how long the body is (" + error.message() + ")",
                  "Send either one Content-Length, a number, or Transfer-Encoding: chunked.");
  }
  return refuse(400, "this is not an HTTP request (" + error.message() + ")",
                "Try: curl -N 'http://HOST:7702?app=NAME'");
}

template <class Name>
std::string joined(const http::fields& fields, Name name) {
  std::string out;
  const auto [first, last] = fields.equal_range(name);
  for (auto at = first; at != last; ++at) {
    if (!out.empty()) out += ", ";
    out += std::string_view(at->value().data(), at->value().size());
  }
  return out;
}

request_head::method_type type_of(http::verb verb) noexcept {
  switch (verb) {
    case http::verb::get: return request_head::method_type::get;
    case http::verb::head: return request_head::method_type::head;
    case http::verb::options: return request_head::method_type::options;
    case http::verb::post: return request_head::method_type::post;
    default: return request_head::method_type::other;
  }
}

bool is_one_of(char c, std::string_view others) noexcept {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         others.find(c) != std::string_view::npos;
}

/// `name`, `name:80`, `[::1]:80`, or nothing.
bool is_host(std::string_view text) noexcept {
  std::size_t end = 0;
  if (text.starts_with('[')) {
    const auto outside = [](char c) { return !is_one_of(c, ":.%-_~"); };
    end = static_cast<std::size_t>(std::find_if(text.begin() + 1, text.end(), outside) -
                                   text.begin());
    if (end == 1 || end == text.size() || text[end] != ']') return false;
    ++end;
  } else {
    const auto outside = [](char c) { return !is_one_of(c, "-._~%!$&'()*+,;="); };
    end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), outside) - text.begin());
  }
  if (end == text.size()) return true;
  return text[end] == ':' && text.find_first_not_of("0123456789", end + 1) == text.npos;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The parser has refused what contradicts itself; here is refused what it lets pass: codings that
/// nobody undoes, and chunks in HTTP/1.0.
std::optional<request_error> read_framing(const http::request<http::empty_body>& message,
                                          std::optional<std::uint64_t> length, request_head& out) {
  const std::string codings = joined(message, http::field::transfer_encoding);
  if (message.count(http::field::transfer_encoding) == 0) {
    if (!length) return std::nullopt;
    out.framing = request_head::framing_type::length;
    out.content_length = *length;
    return std::nullopt;
  }
  if (out.http_1_0 || length) {
    return refuse(400, "it is not clear how long the body is (Transfer-Encoding " +
                           std::string(length ? "beside Content-Length)" : "in HTTP/1.0)"),
                  "Send either one Content-Length, a number, or Transfer-Encoding: chunked.");
  }
  std::size_t chunked = 0;
  std::string_view unknown;
  bool ends_chunked = false;
  for (std::string_view rest = codings; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view coding = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (coding.empty()) continue;
    ends_chunked = boost::beast::iequals({coding.data(), coding.size()}, "chunked");
    if (ends_chunked) {
      ++chunked;
    } else {
      unknown = coding;
    }
  }
  if (chunked != 1 || !ends_chunked) {
    return refuse(400, "it is not clear how long the body is (Transfer-Encoding: " + codings + ")",
                  "Send Transfer-Encoding: chunked once; compression is said by "
                  "Content-Encoding: gzip or zstd.");
  }
  if (!unknown.empty()) {
    return refuse(501, "this transfer coding is not understood: " + std::string(unknown),
                  "Use Transfer-Encoding: chunked alone; compression is said by "
                  "Content-Encoding: gzip or zstd.");
  }
  out.framing = request_head::framing_type::chunked;
  return std::nullopt;
}

}  // namespace

std::size_t find_head_end(std::string_view bytes, std::size_t searched) noexcept {
  // Empty lines in front do not count. Two line ends in a row are at most four bytes.
  std::size_t at = bytes.find_first_not_of("\r\n");
  if (at == std::string_view::npos) return 0;
  if (searched > at + 3) at = searched - 3;
  while ((at = bytes.find('\n', at)) != std::string_view::npos) {
    ++at;
    if (at < bytes.size() && bytes[at] == '\n') return at + 1;
    if (at + 1 < bytes.size() && bytes[at] == '\r' && bytes[at + 1] == '\n') return at + 2;
  }
  return 0;
}

std::optional<request_error> judge_beginning(std::string_view bytes) {
  constexpr char tls_handshake = 0x16;
  const std::size_t at = bytes.find_first_not_of("\r\n");
  if (at == std::string_view::npos || is_one_of(bytes[at], "!#$%&'*+-.^_`|~")) return std::nullopt;
  if (bytes[at] == tls_handshake) {
    return refuse(400, "this is TLS, and plain HTTP is spoken here",
                  "Use http:// in the URL, or a proxy in front of the hub that ends TLS.");
  }
  if (bytes[at] == '{') {
    return refuse(400, "this is JSON without an HTTP request in front of it",
                  "Publishers connect to the hub's other port, 7701 unless it was set; here: "
                  "curl --data-binary @FILE 'http://HOST:7702?app=NAME'");
  }
  return refuse(400, "this is not an HTTP request (no method begins with its first byte)",
                "Try: curl -N 'http://HOST:7702?app=NAME'");
}

request_head unparsed_head(std::string_view bytes) {
  bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
  request_head out;
  if (bytes.starts_with("HEAD ")) out.method = request_head::method_type::head;
  return out;
}

boost::system::result<request_head, request_error> parse_request_head(std::string_view head) {
  head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
  std::string text = with_crlf(head);
  lower_minor_version(text);

  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(text.size()));
  parser.skip(true);  // bodies are not read here
  boost::system::error_code error;
  std::size_t at = 0;
  while (!parser.is_header_done()) {
    at += parser.put(boost::asio::buffer(text.data() + at, text.size() - at), error);
    if (error) return explain(error, text);
  }

  const auto& message = parser.get();
  request_head out;
  out.method = type_of(message.method());
  out.method_name = std::string(message.method_string());
  out.target = std::string(message.target());
  out.http_1_0 = message.version() == 10;
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !out.http_1_0)) {
    return refuse(400, hosts == 0 ? "the request has no Host header" : "there are two Host headers",
                  "HTTP/1.1 requires exactly one.");
  }
  out.host = std::string(message[http::field::host]);
  if (!is_host(out.host)) {
    return refuse(400, "the Host header is no name with or without a port",
                  "Send the host that the URL names, as in Host: HOST:7702.");
  }
  std::optional<std::uint64_t> length;
  if (const auto found = parser.content_length()) length = *found;
  if (auto wrong = read_framing(message, length, out)) return std::move(*wrong);
  out.accept = joined(message, http::field::accept);
  out.content_type = joined(message, http::field::content_type);
  out.content_encoding = joined(message, http::field::content_encoding);
  out.expect = joined(message, http::field::expect);
  out.origin = std::string(message[http::field::origin]);
  out.last_event_id = std::string(message["Last-Event-ID"]);
  out.forwarded_for = joined(message, "X-Forwarded-For");
  return out;
}

}  // namespace logio::serve
