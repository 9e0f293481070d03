#include "page_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "logio/net/sockets.hpp"
#include "logio/serve/response.hpp"

namespace logio::serve {

net::task<bool> page_writer::send(std::string bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    deadline_.arm(progress_timeout);
    const auto [error, n] = co_await socket_.async_write_some(
        asio::buffer(bytes.data() + at, bytes.size() - at), asio::as_tuple(net::use_task));
    deadline_.disarm();
    if (error) co_return false;
    at += n;
  }
  co_return true;
}

net::task<bool> page_writer::begin(std::string content_type, const request_head& request,
                                   const cors_policy& cors) {
  chunked_ = !request.http_1_0;
  net::bound_send_buffer(socket_.native_handle());
  const bool sent = co_await send(render_page_head(content_type, request, cors));
  co_return sent && request.method != request_head::method_type::head;
}

void page_writer::append_piece(std::string& out, std::string_view body) const {
  if (body.empty()) return;  // an empty chunk would be the last one
  if (chunked_) fmt::format_to(std::back_inserter(out), "{:x}\r\n", body.size());
  out += body;
  if (chunked_) out += "\r\n";
}

net::task<bool> page_writer::flush(std::string& body) {
  if (body.size() < piece_bytes) {
    co_await asio::post(socket_.get_executor(), net::use_task);
    co_return true;
  }
  std::string piece;
  piece.reserve(body.size() + 32);
  append_piece(piece, body);
  body.clear();
  co_return co_await send(std::move(piece));
}

net::task<bool> page_writer::end(std::string body) {
  std::string piece;
  append_piece(piece, body);
  if (chunked_) piece += "0\r\n\r\n";
  co_return co_await send(std::move(piece));
}

}  // namespace logio::serve
