/// The stream formats by name, as a query, a metric and /v1/subscribers say them.
#pragma once

#include <array>
#include <string_view>

#include "logio/serve/stream_request.hpp"

namespace logio::serve {

inline constexpr std::array stream_formats = {stream_format::text, stream_format::raw};

constexpr std::string_view format_name(stream_format format) noexcept {
  switch (format) {
    case stream_format::text: return "text";
    case stream_format::raw: return "raw";
  }
  return {};
}

}  // namespace logio::serve
