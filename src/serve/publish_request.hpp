/// What `POST /` asks for: its query and headers, parsed and judged before the body is read.
///
/// Sans I/O. `?app=&proc=&host=` are values here, not patterns.
///
/// Ownership:      the result owns its strings.
/// Thread safety:  pure functions.
/// Errors:         request_error: 400 a parameter; 403 a page of another origin; 411 no length;
///                 413 a length over the limit; 415 a coding that is not undone here; 417.
/// Limits:         publish_request_options.
/// Source:         README, "Over HTTP"; RFC 9110, 8.3, 8.4 and 10.1.1.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "logio/record/topic.hpp"
#include "logio/serve/request_error.hpp"
#include "logio/serve/request_head.hpp"
#include "logio/serve/response.hpp"
#include "logio/wire/body_decoder.hpp"

namespace logio::serve {

enum class content_coding : std::uint8_t { identity, gzip, zstd };

std::string_view to_string(content_coding coding) noexcept;

struct publish_request_options {
  std::size_t query_bytes_max = 64 * 1024;
  /// Of the body as it is sent, and as it is unpacked.
  std::uint64_t body_bytes_max = std::uint64_t{256} << 20;
};

/// How a POST brings its body.
struct body_request {
  content_coding coding = content_coding::identity;
  std::optional<std::uint64_t> content_length;  ///< none: chunked
  bool expects_continue = false;
};

struct body_limit {
  std::uint64_t bytes_max = 0;  ///< of one that is not coded
  std::string_view hint;        ///< what to do with a longer one
};

boost::system::result<body_request, request_error> parse_body_request(const request_head& head,
                                                                      const cors_policy& cors,
                                                                      const body_limit& limit);

struct publish_request : body_request {
  record::topic topic;  ///< legal; app may be empty when the body has records
  wire::body_format format = wire::body_format::lines;
  bool stamped = false;
};

boost::system::result<publish_request, request_error> parse_publish_request(
    const request_head& head, std::string_view query, const cors_policy& cors,
    const publish_request_options& options);

}  // namespace logio::serve
