#include "logio/net/http_client.hpp"

#include <fmt/core.h>
#include <boost/beast/http.hpp>

#include <cstring>
#include <iterator>
#include <utility>

namespace logio::net {
namespace {

namespace http = boost::beast::http;
using answer_parser = http::response_parser<http::string_body>;

constexpr std::size_t head_bytes_max = std::size_t{16} << 10;
constexpr std::size_t read_bytes = std::size_t{64} << 10;
static_assert(read_bytes > head_bytes_max, "what the parser wants at once has room");

void begin(std::optional<answer_parser>& parser, bool without_body) {
  parser.emplace();
  parser->header_limit(head_bytes_max);
  parser->body_limit(http_client::answer_bytes_max);
  parser->eager(true);
  parser->skip(without_body);
}

/// 100 Continue and its like stand in front of the answer.
bool is_interim(const answer_parser& parser) {
  return parser.is_header_done() && parser.get().result_int() < 200;
}

}  // namespace

http_client::http_client(std::string host, std::uint16_t port,
                         std::optional<peer_tls_options> tls)
    : is_tls_(tls.has_value()), stream_(std::move(host), port, std::move(tls)) {}

bool http_client::exchange(const http_request& request, http_answer& answer,
                           deadline_time deadline) {
  in_doubt_ = false;
  error_.clear();
  const bool done =
      open(deadline) && send(request, deadline) && receive(request, answer, deadline);
  if (!done) stream_.close();
  return done;
}

bool http_client::open(deadline_time deadline) {
  if (stream_.connected()) {
    // An idle connection is often closed by the peer, which is no failure.
    if (stream_.still_open()) return true;
    stream_.close();
  }
  return stream_.connect(deadline) || fail(stream_.error());
}

bool http_client::send(const http_request& request, deadline_time deadline) {
  head_.clear();
  fmt::format_to(std::back_inserter(head_), "{} {} HTTP/1.1\r\nHost: {}\r\n{}Content-Length: {}"
                 "\r\n\r\n",
                 request.method, request.target, stream_.address(), request.headers,
                 request.body.size());
  if (!stream_.write_all(head_, deadline)) return fail(stream_.error());
  in_doubt_ = true;  // some servers act on the first part of a body
  return stream_.write_all(request.body, deadline) || fail(stream_.error());
}

bool http_client::receive(const http_request& request, http_answer& answer,
                          deadline_time deadline) {
  unread_.resize(read_bytes);
  std::optional<answer_parser> parser;
  begin(parser, request.method == "HEAD");
  std::size_t have = 0;
  for (bool any = false; !parser->is_done();) {
    const auto got = stream_.read_some(std::span(unread_).subspan(have), deadline);
    if (!got) return fail(stream_.error());
    boost::beast::error_code error;
    if (*got == 0) {
      if (parser->got_some()) parser->put_eof(error);
      if (!error && parser->is_done()) break;
      const bool silent = !any && !is_tls_;
      return fail(fmt::format("{}: the peer closed the connection {}{}", stream_.address(),
                              any ? "within its answer" : "without an answer",
                              silent ? ", as one does that expects TLS" : ""));
    }
    any = true;
    have += *got;
    std::size_t used = 0;
    while (used < have && !error && !parser->is_done()) {
      used += parser->put(boost::asio::buffer(unread_.data() + used, have - used), error);
      if (!error && parser->is_done() && is_interim(*parser)) {
        begin(parser, request.method == "HEAD");
      }
    }
    if (error && error != http::error::need_more) {
      return fail(fmt::format("{}: the answer is not HTTP as expected: {}", stream_.address(),
                              error.message()));
    }
    std::memmove(unread_.data(), unread_.data() + used, have - used);
    have -= used;
  }
  answer.status = parser->get().result_int();
  answer.body = std::move(parser->get().body());
  // What stands behind the answer belongs to no request.
  if (have != 0 || !parser->keep_alive()) stream_.close();
  return true;
}

bool http_client::fail(std::string why) {
  error_ = std::move(why);
  return false;
}

}  // namespace logio::net
