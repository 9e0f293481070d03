/// The sink `syslog`: RFC 5424 or RFC 3164 messages over UDP, TCP or TLS.
///
/// TCP and TLS: delivered is what the peer's kernel has acknowledged. Each call waits for that, so
/// what is delivered is in the peer's socket at least; what the peer's program then does with it,
/// syslog cannot tell. UDP: delivered is what the kernel here has taken; when the peer's machine
/// answers that nobody listens, the record at which that shows and those behind it are pending.
///
/// Ownership, thread safety: as sink::client says.
/// Limits:         UDP: a message over syslog_datagram_bytes_max is cut, which is counted.
/// Source:         RFC 5424, RFC 3164, RFC 6587 (TCP), RFC 5425 (TLS), RFC 5426 (UDP).
#pragma once

#include <cstddef>
#include <memory>

#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

/// What rsyslog takes unless it is told otherwise; it cuts longer ones without a word.
inline constexpr std::size_t syslog_datagram_bytes_max = 8192;

/// REQUIRES: options of kind `syslog` with one peer, over udp, tcp or tls.
std::unique_ptr<client> make_syslog_client(const sink_options& options);

}  // namespace logio::sink
