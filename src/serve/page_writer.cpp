#include "page_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "logio/net/sockets.hpp"
#include "logio/serve/response.hpp"

namespace logio::serve {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace

net::task<bool> page_writer::send(std::string bytes) {
  asio::const_buffer all = asio::buffer(bytes);
  co_return co_await send_parts({&all, 1});
}

net::task<bool> page_writer::send_parts(std::span<asio::const_buffer> left) {
  while (!left.empty()) {
    if (left.front().size() == 0) {
      left = left.subspan(1);
      continue;
    }
    deadline_.arm(progress_timeout);
    const auto [error, taken] =
        co_await socket_.async_write_some(left, asio::as_tuple(net::use_task));
    deadline_.disarm();
    if (error) co_return false;
    for (std::size_t bytes = taken; bytes != 0;) {
      const std::size_t n = std::min(bytes, left.front().size());
      left.front() += n;
      bytes -= n;
      if (bytes != 0) left = left.subspan(1);
    }
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

page_writer::parts page_writer::frame(std::string& size_line, std::string_view body,
                                      std::string_view behind) const {
  if (!chunked_ || body.empty()) {  // an empty chunk would be the last one
    return {asio::buffer(body), asio::buffer(behind), asio::const_buffer(), asio::const_buffer()};
  }
  size_line = fmt::format("{:x}\r\n", body.size());
  return {asio::buffer(size_line), asio::buffer(body), asio::buffer(line_end),
          asio::buffer(behind)};
}

net::task<bool> page_writer::flush(std::string& body) {
  if (body.size() < piece_bytes) {
    co_await asio::post(socket_.get_executor(), net::use_task);
    co_return true;
  }
  std::string size_line;
  parts all = frame(size_line, body, {});
  const bool sent = co_await send_parts(all);
  body.clear();
  co_return sent;
}

net::task<bool> page_writer::push(std::string body) {
  std::string size_line;
  parts all = frame(size_line, body, {});
  co_return co_await send_parts(all);
}

net::task<bool> page_writer::end(std::string body) {
  std::string size_line;
  parts all = frame(size_line, body, chunked_ ? last_chunk : std::string_view());
  co_return co_await send_parts(all);
}

}  // namespace logio::serve
