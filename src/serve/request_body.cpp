#include "request_body.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <utility>

namespace logio::serve {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

/// Asked again for a chunk's header, Beast 1.81 asserts that so much of it is there. No body ends
/// earlier: `0`, two line ends.
constexpr std::size_t header_bytes_least = 5;

/// A head that says the framing and nothing else: the request's own was judged before.
std::string head_of(std::optional<std::uint64_t> content_length) {
  return "POST / HTTP/1.1\r\n" +
         (content_length ? "Content-Length: " + std::to_string(*content_length)
                         : std::string("Transfer-Encoding: chunked")) +
         "\r\n\r\n";
}

}  // namespace

/// Beast's parser, which says where pieces of the body are without a copy.
class request_body::parser final : public http::basic_parser<true> {
 public:
  using text = boost::beast::string_view;

  explicit parser(std::optional<std::uint64_t> content_length) {
    body_limit(boost::none);
    header_limit(carried_bytes_max);
    const std::string head = head_of(content_length);
    error_code error;
    put(boost::asio::buffer(head), error);
  }

  std::string_view piece;

 private:
  void on_request_impl(http::verb, text, text, int, error_code& e) override { e = {}; }
  void on_response_impl(int, text, int, error_code& e) override { e = {}; }
  void on_field_impl(http::field, text, text, error_code& e) override { e = {}; }
  void on_header_impl(error_code& e) override { e = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& e) override { e = {}; }
  std::size_t on_body_impl(text body, error_code& e) override {
    e = {};
    piece = {body.data(), body.size()};
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code& e) override { e = {}; }
  std::size_t on_chunk_body_impl(std::uint64_t, text body, error_code& e) override {
    return on_body_impl(body, e);
  }
  void on_finish_impl(error_code& e) override { e = {}; }
};

request_body::request_body(std::optional<std::uint64_t> content_length)
    : parser_(std::make_unique<parser>(content_length)) {}
request_body::~request_body() = default;

void request_body::give(std::string_view read) {
  if (carried_.empty()) {
    in_ = read;
    return;
  }
  carried_.append(read);
  in_ = carried_;
}

request_body::state request_body::next(std::string_view& piece) {
  if (!error_.empty()) return state::failed;
  parser_->piece = {};
  while (parser_->piece.empty()) {
    if (parser_->is_done()) return state::complete;
    if (in_.empty()) {
      carried_ = {};
      return state::need_more;
    }
    if (in_header_ && in_.size() < header_bytes_least) {
      carry(in_);
      return state::need_more;
    }
    error_code error;
    const std::size_t consumed = parser_->put(boost::asio::buffer(in_.data(), in_.size()), error);
    in_.remove_prefix(consumed);
    in_header_ = error == http::error::need_more;
    if (error == http::error::need_more && in_.size() <= carried_bytes_max) {
      carry(in_);
      return state::need_more;
    }
    if (error == http::error::need_more) {
      error_ = "a chunk's size line or the trailer has more than " +
               std::to_string(carried_bytes_max) + " bytes";
      return state::failed;
    }
    if (error) {
      error_ = error.message();
      return state::failed;
    }
  }
  piece = parser_->piece;
  return state::piece;
}

void request_body::keep() { carry(in_); }

/// `rest` may point into carried_.
void request_body::carry(std::string_view rest) {
  std::string copy(rest);
  carried_ = std::move(copy);
  in_ = carried_;
}

}  // namespace logio::serve
