/// What `GET /v1/topics?…` asks for: app, proc, host and match, as a stream's query has them.
///
/// Thread safety:  distinct objects.
/// Errors:         request_error, in the same words as for a stream.
#pragma once

#include <boost/system/result.hpp>

#include <optional>
#include <string_view>

#include "logio/filter/filter.hpp"
#include "logio/serve/stream_request.hpp"

namespace logio::serve {

using parsed_topic_request = boost::system::result<filter::filter, request_error>;

parsed_topic_request parse_topic_request(std::string_view query,
                                         const stream_request_options& options);

/// For pages that take none: an error if there is one.
std::optional<request_error> refuse_parameters(std::string_view query);

}  // namespace logio::serve
