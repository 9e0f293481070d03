#include "change_request.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "logio/base/utf8.hpp"
#include "logio/serve/stream_request.hpp"

namespace logio::serve {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t shown_bytes_max = 256;

std::string_view cut(std::string_view text) noexcept {
  return text.substr(0, base::utf8_cut(text, shown_bytes_max));
}

ip::address without_mapping(const ip::address& from) {
  if (!from.is_v6() || !from.to_v6().is_v4_mapped()) return from;
  return ip::make_address_v4(ip::v4_mapped, from.to_v6());
}

request_error forbid(std::string message, const request_head& head) {
  return make_error(403, request_fault::forbidden,
                    "changes are taken from the hub's own machine only: " + std::move(message),
                    fmt::format("Ask there, the hub itself: curl -X POST http://localhost:7702{}",
                                cut(split_target(head.target).path)));
}

}  // namespace

std::optional<request_error> judge_change(const request_head& head, const ip::address& from) {
  const ip::address peer = without_mapping(from);
  if (!peer.is_loopback()) return forbid("this came from " + peer.to_string(), head);
  if (!head.forwarded_for.empty()) {
    return forbid(fmt::format("this came through a proxy for {}", cut(head.forwarded_for)), head);
  }
  if (!head.origin.empty()) {
    return forbid(fmt::format("this came from a page of {}", cut(head.origin)), head);
  }
  return std::nullopt;
}

}  // namespace logio::serve
