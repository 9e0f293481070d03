/// The bytes of an answer's head, and of answers that are short.
///
/// Thread safety:  pure functions, but for the clock in the Date header.
/// Source:         RFC 9112, RFC 9110 6.6.1 (Date); README, "Subscribe".
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "logio/serve/request_error.hpp"
#include "logio/serve/request_head.hpp"

namespace logio::serve {

/// Every status that an answer can have; what is counted of answers is counted by these.
inline constexpr std::array answer_statuses = {200U, 204U, 400U, 403U, 404U, 405U, 408U, 411U, 413U,
                                               414U, 415U, 417U, 431U, 500U, 501U, 503U, 505U};

/// Where in answer_statuses it stands; what does not is shown as 500.
std::size_t answer_status_index(unsigned status) noexcept;

/// What `Access-Control-…` headers answer to: `--cors-origin`.
struct cors_policy {
  std::string origin;  ///< the one origin that may read; `*` for every one; empty: none
};

/// Whether the request comes from a page that may read answers.
bool is_allowed_origin(const request_head& request, const cors_policy& cors) noexcept;

/// A complete answer with a body; a HEAD request gets its headers only.
struct short_answer {
  unsigned status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string_view extra_headers = {};  ///< whole lines with their line ends
};
std::string render(const short_answer& answer, const request_head& request,
                   const cors_policy& cors);

/// The error in the form that the request's Accept asks for.
std::string render_error(const request_error& e, const request_head& request,
                         const cors_policy& cors);

/// What may be asked of this request's path: `GET, HEAD, OPTIONS`, and what else the path takes;
/// of `*`, what may be asked of any path.
std::string_view allowed_methods(const request_head& request) noexcept;

/// For OPTIONS: what may be asked for here.
std::string render_options(const request_head& request, const cors_policy& cors);

/// The head of an answer whose length is not known: chunked, for HTTP/1.0 ended by the close.
std::string render_page_head(std::string_view content_type, const request_head& request,
                             const cors_policy& cors);

struct stream_answer {
  std::string_view content_type;
  std::string cursor;       ///< where the stream starts
  bool match_none = false;  ///< no known topic matches whole, but some would in part
};
/// The head of a stream: chunked, for HTTP/1.0 ended by the close.
std::string render_stream_head(const stream_answer& answer, const request_head& request,
                               const cors_policy& cors);

}  // namespace logio::serve
