#include "logio/net/http_client.hpp"

#include <fmt/core.h>
#include <boost/beast/http.hpp>

#include <cstring>
#include <iterator>
#include <limits>
#include <utility>

namespace logio::net {
namespace {

namespace http = boost::beast::http;

/// A body as it comes: what was taken out of it makes room for more, and nothing is reserved for
/// what a peer only promises.
struct passing_body {
  using value_type = std::string;

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& to) : to_(to) {}

    void init(const boost::optional<std::uint64_t>&, boost::beast::error_code& error) {
      error = {};
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::beast::error_code& error) {
      error = {};
      std::size_t bytes = 0;
      for (const boost::asio::const_buffer part : boost::beast::buffers_range_ref(buffers)) {
        to_.append(static_cast<const char*>(part.data()), part.size());
        bytes += part.size();
      }
      return bytes;
    }
    void finish(boost::beast::error_code& error) { error = {}; }

   private:
    value_type& to_;
  };
};

using answer_parser = http::response_parser<passing_body>;

constexpr std::size_t head_bytes_max = std::size_t{16} << 10;
constexpr std::size_t read_bytes = std::size_t{64} << 10;
static_assert(read_bytes > head_bytes_max, "what the parser wants at once has room");
constexpr std::uint64_t no_bytes_max = std::numeric_limits<std::uint64_t>::max();

}  // namespace

struct http_client::reading {
  std::optional<answer_parser> parser;
  std::uint64_t body_bytes_max = 0;
  bool without_body = false;
  bool any = false;  // byte of it was there

  void begin() {
    parser.emplace();
    parser->header_limit(head_bytes_max);
    parser->body_limit(body_bytes_max);
    parser->eager(true);
    parser->skip(without_body);
  }

  /// 100 Continue and its like stand in front of the answer.
  bool is_interim() const {
    return parser->is_header_done() && parser->get().result_int() < 200;
  }
  bool has_head() const { return parser->is_header_done() && !is_interim(); }
};

http_client::http_client(std::string host, std::uint16_t port,
                         std::optional<peer_tls_options> tls)
    : is_tls_(tls.has_value()), stream_(std::move(host), port, std::move(tls)) {}

http_client::~http_client() = default;

bool http_client::exchange(const http_request& request, http_answer& answer,
                           deadline_time deadline) {
  bool done = open(deadline) && send(request, deadline) &&
              receive_head(request, answer, answer_bytes_max, deadline);
  while (done && !answer_->parser->is_done()) done = read_more(deadline);
  if (done) {
    answer.body = std::move(answer_->parser->get().body());
    return end_answer();
  }
  stream_.close();
  return false;
}

bool http_client::begin(const http_request& request, http_answer& head, deadline_time deadline) {
  const bool done = open(deadline) && send(request, deadline) &&
                    receive_head(request, head, no_bytes_max, deadline);
  if (!done) stream_.close();
  return done;
}

bool http_client::read_body(std::string& piece, deadline_time deadline) {
  std::string& body = answer_->parser->get().body();
  while (body.empty() && !answer_->parser->is_done()) {
    if (read_more(deadline)) continue;
    stream_.close();
    return false;
  }
  piece.clear();
  piece.swap(body);
  return !piece.empty() || end_answer();
}

bool http_client::wait_body(deadline_time deadline) {
  const answer_parser& parser = *answer_->parser;
  return !parser.get().body().empty() || parser.is_done() || stream_.wait_readable(deadline);
}

std::string http_client::header(std::string_view name) const {
  const auto value = answer_->parser->get()[name];
  return {value.data(), value.size()};
}

bool http_client::open(deadline_time deadline) {
  in_doubt_ = false;
  error_.clear();
  // What was not read of the answer before belongs to no request.
  if (answer_) stream_.close();
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

bool http_client::receive_head(const http_request& request, http_answer& answer,
                               std::uint64_t body_bytes_max, deadline_time deadline) {
  unread_.resize(read_bytes);
  have_ = 0;
  answer_ = std::make_unique<reading>();
  answer_->body_bytes_max = body_bytes_max;
  answer_->without_body = request.method == "HEAD";
  answer_->begin();
  while (!answer_->has_head()) {
    if (!read_more(deadline)) return false;
  }
  const auto& head = answer_->parser->get();
  answer.status = head.result_int();
  answer.location = std::string(head[http::field::location]);
  answer.body.clear();
  return true;
}

/// One read, and what it says.
bool http_client::read_more(deadline_time deadline) {
  const auto got = stream_.read_some(std::span(unread_).subspan(have_), deadline);
  if (!got) return fail(stream_.error());
  if (*got != 0) {
    answer_->any = true;
    have_ += *got;
    return parse();
  }
  boost::beast::error_code error;
  if (answer_->parser->got_some()) answer_->parser->put_eof(error);
  if (!error && answer_->parser->is_done()) return true;
  const bool silent = !answer_->any && !is_tls_;
  return fail(fmt::format("{}: the peer closed the connection {}{}", stream_.address(),
                          answer_->any ? "within its answer" : "without an answer",
                          silent ? ", as one does that expects TLS" : ""));
}

bool http_client::parse() {
  boost::beast::error_code error;
  std::size_t used = 0;
  while (used < have_ && !error && !answer_->parser->is_done()) {
    used += answer_->parser->put(
        boost::asio::buffer(unread_.data() + used, have_ - used), error);
    if (!error && answer_->parser->is_done() && answer_->is_interim()) answer_->begin();
  }
  if (error && error != http::error::need_more) {
    return fail(fmt::format("{}: the answer is not HTTP as expected: {}", stream_.address(),
                            error.message()));
  }
  std::memmove(unread_.data(), unread_.data() + used, have_ - used);
  have_ -= used;
  return true;
}

/// All of it was read. What stands behind it belongs to no request.
bool http_client::end_answer() {
  if (have_ != 0 || !answer_->parser->keep_alive()) stream_.close();
  answer_.reset();
  return true;
}

bool http_client::fail(std::string why) {
  error_ = std::move(why);
  return false;
}

}  // namespace logio::net
