/// Who may ask for a change of the hub (`POST /v1/…`).
///
/// Nobody proves yet who it is. So only programs on the hub's own machine may: the peer has a
/// loopback address, no proxy says that it speaks for somebody else, and no browser that it speaks
/// for a page: pages of any site can make their visitor's browser post to its own machine.
///
/// Thread safety:  pure function.
/// Limits:         a proxy on this machine that adds no X-Forwarded-For makes its clients local.
/// Source:         RFC 1122 3.2.1.3 (127.0.0.0/8), RFC 4291 2.5.3 (::1) and 2.5.5.2 (IPv4 in IPv6);
///                 Fetch, "Origin header".
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>

#include "logio/serve/request_error.hpp"
#include "logio/serve/request_head.hpp"

namespace logio::serve {

/// Nothing when the peer may; else 403 and the remedy.
std::optional<request_error> judge_change(const request_head& head,
                                          const boost::asio::ip::address& from);

}  // namespace logio::serve
